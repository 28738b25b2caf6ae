-- All snapshots of the next aggregates by id, of some types, by version.
SELECT k.aggregate_id, k.aggregate_type, k.aggregate_version, k.state_version, k.state::text
FROM store.snapshots k
WHERE k.aggregate_id IN (
    SELECT DISTINCT s.aggregate_id FROM store.snapshots s
    WHERE s.aggregate_id > %(after)s AND s.aggregate_type = ANY(%(types)s)
    ORDER BY s.aggregate_id LIMIT %(limit)s
)
ORDER BY k.aggregate_id, k.aggregate_version
