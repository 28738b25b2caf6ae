SELECT number, topic, key, value, headers FROM service.outbox
WHERE consumer_group = %(group)s ORDER BY number LIMIT %(limit)s
