-- A record that is parked already gets other attempts and another wait.
INSERT INTO stage.parked
    (consumer_group, topic, "partition", record_offset, topic_id, record_timestamp, key, raw,
     headers, attempts, due_at, reason, message)
SELECT
    o.consumer_group, o.topic, o."partition", %(offset)s, o.topic_id,
    to_timestamp(least(%(timestamp)s, 253402300799000) / 1000.0), %(key)s, %(raw)s, %(headers)s,
    %(attempts)s, now() + %(seconds)s * interval '1 second', %(reason)s, %(message)s
FROM stage.stage_offsets o
WHERE o.consumer_group = %(group)s AND o.topic = %(topic)s AND o."partition" = %(partition)s
ON CONFLICT (consumer_group, topic, "partition", record_offset) DO UPDATE
    SET attempts = excluded.attempts, due_at = excluded.due_at, reason = excluded.reason,
        message = excluded.message
