INSERT INTO service.outbox (consumer_group, topic, key, value, headers) VALUES (%s, %s, %s, %s, %s)
