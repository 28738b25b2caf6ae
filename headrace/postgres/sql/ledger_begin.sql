-- Where a group begins on a topic that it has no row of. Nobody owns these rows yet: epoch 0.
INSERT INTO stage.stage_offsets
    (consumer_group, topic, "partition", topic_id, first_offset, next_offset, epoch, owner)
SELECT %(group)s, topic, "partition", topic_id, start, start, 0, ''
FROM unnest(%(topics)s::text[], %(partitions)s::int[], %(topic_ids)s::text[], %(starts)s::bigint[])
    AS wanted (topic, "partition", topic_id, start)
WHERE NOT EXISTS (
    SELECT FROM stage.stage_offsets known
    WHERE known.consumer_group = %(group)s AND known.topic = wanted.topic
)
ON CONFLICT (consumer_group, topic, "partition") DO NOTHING
