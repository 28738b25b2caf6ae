SELECT DISTINCT key
FROM stage.parked
WHERE consumer_group = %(group)s AND topic = %(topic)s AND "partition" = %(partition)s
    AND key IS NOT NULL
