UPDATE stage.dead_letters
SET published_at = now(), lease = NULL, leased_until = NULL
WHERE consumer_group = %(group)s AND lease = %(lease)s
    AND (topic, "partition", record_offset, topic_id) IN (
        SELECT * FROM unnest(%(topics)s::text[], %(partitions)s::int[], %(offsets)s::bigint[],
                             %(topic_ids)s::text[])
    )
