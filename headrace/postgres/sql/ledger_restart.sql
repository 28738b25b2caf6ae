-- What is parked may be in no log any more: it is kept as dead letters.
WITH left_over AS (
    DELETE FROM stage.parked
    WHERE consumer_group = %(group)s AND topic = %(topic)s
    RETURNING *
), kept AS (
    INSERT INTO stage.dead_letters
        (consumer_group, topic, topic_id, "partition", record_offset, record_timestamp, key, raw,
         headers, error_class, reason, message)
    SELECT consumer_group, topic, topic_id, "partition", record_offset, record_timestamp, key, raw,
        headers, 'transient', 'ledger_restarted', message
    FROM left_over
    ON CONFLICT DO NOTHING
)
DELETE FROM stage.stage_offsets WHERE consumer_group = %(group)s AND topic = %(topic)s
