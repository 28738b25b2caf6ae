SELECT topic, "partition", record_offset, key, attempts, reason, message,
    due_at, parked_at
FROM stage.parked
WHERE consumer_group = %(group)s
ORDER BY topic, "partition", record_offset
LIMIT %(limit)s
