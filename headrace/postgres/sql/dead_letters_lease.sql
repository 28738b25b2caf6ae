-- Lease, commit, then act: a lock held while Kafka answers would hold the horizon back.
UPDATE stage.dead_letters d
SET lease = %(lease)s, leased_until = now() + %(seconds)s * interval '1 second'
FROM (
    SELECT consumer_group, topic, "partition", record_offset, topic_id
    FROM stage.dead_letters
    WHERE consumer_group = %(group)s AND published_at IS NULL
        AND (leased_until IS NULL OR leased_until < now())
    ORDER BY buried_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
) AS due
WHERE (d.consumer_group, d.topic, d."partition", d.record_offset, d.topic_id)
    = (due.consumer_group, due.topic, due."partition", due.record_offset, due.topic_id)
RETURNING d.topic, d."partition", d.record_offset,
    (extract(epoch FROM d.record_timestamp) * 1000)::bigint,
    d.key, d.raw, d.headers, d.error_class, d.reason, d.message, d.topic_id
