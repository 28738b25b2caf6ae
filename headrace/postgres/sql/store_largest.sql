SELECT s.aggregate_type, s.aggregate_id, s.version, (
    SELECT coalesce(max(a.aggregate_version), 0) FROM store.events_archive a
    WHERE a.aggregate_id = s.aggregate_id
)
FROM store.streams s
ORDER BY s.version DESC, s.aggregate_id
LIMIT %(limit)s
