INSERT INTO stage.dead_letters
    (consumer_group, topic, topic_id, "partition", record_offset, record_timestamp, key, raw,
     headers, error_class, reason, message)
SELECT
    o.consumer_group, o.topic, o.topic_id, o."partition", %(offset)s,
    to_timestamp(least(%(timestamp)s, 253402300799000) / 1000.0), %(key)s, %(raw)s, %(headers)s,
    %(error_class)s, %(reason)s, %(message)s
FROM stage.stage_offsets o
WHERE o.consumer_group = %(group)s AND o.topic = %(topic)s AND o."partition" = %(partition)s
ON CONFLICT DO NOTHING
