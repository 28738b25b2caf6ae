-- The log lost what lies beyond `to`: go on there, and count anew. The epoch fences who still runs.
-- What is parked is kept as dead letters, since nothing counts it any more.
WITH left_over AS (
    DELETE FROM stage.parked
    WHERE consumer_group = %(group)s AND topic = %(topic)s
        AND "partition" = %(partition)s
        AND EXISTS (
            SELECT FROM stage.stage_offsets o
            WHERE o.consumer_group = %(group)s AND o.topic = %(topic)s
                AND o."partition" = %(partition)s AND o.next_offset > %(to)s
        )
    RETURNING *
), kept AS (
    INSERT INTO stage.dead_letters
        (consumer_group, topic, topic_id, "partition", record_offset, record_timestamp, key, raw,
         headers, error_class, reason, message)
    SELECT consumer_group, topic, topic_id, "partition", record_offset, record_timestamp, key, raw,
        headers, 'transient', 'ledger_rewound', message
    FROM left_over
    ON CONFLICT DO NOTHING
)
UPDATE stage.stage_offsets
SET first_offset = %(to)s, next_offset = %(to)s, epoch = epoch + 1, updated_at = now(),
    applied = 0, duplicate = 0, dead = 0, skipped = 0, parked = 0
WHERE consumer_group = %(group)s AND topic = %(topic)s AND "partition" = %(partition)s
    AND next_offset > %(to)s
