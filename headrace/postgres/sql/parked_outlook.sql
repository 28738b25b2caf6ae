-- What waits behind an earlier record of its key is not due before that one is.
SELECT count(*), coalesce(extract(epoch FROM min(p.due_at) FILTER (WHERE p.is_first) - now()), 0)::float8
FROM (
    SELECT due_at, key IS NULL OR row_number() OVER (PARTITION BY key ORDER BY record_offset) = 1
        AS is_first
    FROM stage.parked
    WHERE consumer_group = %(group)s AND topic = %(topic)s AND "partition" = %(partition)s
) p
