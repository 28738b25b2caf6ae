INSERT INTO stage.dead_letters
    (consumer_group, topic, "partition", record_offset, record_timestamp, key, raw, headers,
     error_class, reason, message)
VALUES
    (%(group)s, %(topic)s, %(partition)s, %(offset)s, to_timestamp(%(timestamp)s / 1000.0),
     %(key)s, %(raw)s, %(headers)s, %(error_class)s, %(reason)s, %(message)s)
ON CONFLICT DO NOTHING
