SELECT coalesce(max(aggregate_version), 0) FROM store.events_archive
WHERE aggregate_id = %(aggregate_id)s
