-- Of each key the records before which none has to wait; the first of all, then as many bytes as fit.
WITH due AS (
    SELECT p.*, sum(octet_length(p.raw)) OVER (ORDER BY p.record_offset) AS so_far
    FROM stage.parked p
    WHERE p.consumer_group = %(group)s AND p.topic = %(topic)s AND p."partition" = %(partition)s
        AND p.due_at <= now()
        AND NOT EXISTS (
            SELECT FROM stage.parked before
            WHERE (before.consumer_group, before.topic, before."partition")
                    = (p.consumer_group, p.topic, p."partition")
                AND before.key = p.key
                AND before.record_offset < p.record_offset
                AND before.due_at > now()
        )
)
SELECT record_offset, (extract(epoch FROM record_timestamp) * 1000)::bigint, key, raw, headers,
    attempts, reason, message
FROM due
WHERE so_far <= %(size)s OR record_offset = (SELECT min(record_offset) FROM due)
ORDER BY record_offset
