SELECT s.aggregate_version, s.state::text
FROM store.snapshots s
WHERE s.aggregate_id = %(aggregate_id)s AND s.aggregate_version <= %(last)s
    AND s.aggregate_type = %(aggregate_type)s AND s.state_version = %(state_version)s
ORDER BY s.aggregate_version DESC
LIMIT 1
