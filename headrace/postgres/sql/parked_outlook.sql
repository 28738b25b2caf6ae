SELECT count(*), coalesce(extract(epoch FROM min(due_at) - now()), 0)::float8
FROM stage.parked
WHERE consumer_group = %(group)s AND topic = %(topic)s AND "partition" = %(partition)s
