DELETE FROM stage.parked
WHERE consumer_group = %(group)s AND topic = %(topic)s AND "partition" = %(partition)s
    AND record_offset = ANY(%(offsets)s::bigint[])
