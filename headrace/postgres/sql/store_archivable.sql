-- Of the next aggregates by id: which have an old event that is not archived, and whether one could
-- move. The last row is where to go on: its type is NULL.
WITH next_ones AS (
    SELECT s.aggregate_id, s.aggregate_type FROM store.streams s
    WHERE s.aggregate_id > %(after)s ORDER BY s.aggregate_id LIMIT %(limit)s
)
SELECT n.aggregate_id, n.aggregate_type, coalesce(k.version >= f.aggregate_version, false)
FROM next_ones n
CROSS JOIN LATERAL (
    SELECT e.aggregate_version, e."timestamp" FROM ONLY store.events e
    WHERE e.aggregate_id = n.aggregate_id ORDER BY e.aggregate_version LIMIT 1
) f
CROSS JOIN LATERAL (
    SELECT max(s.aggregate_version) AS version FROM store.snapshots s
    WHERE s.aggregate_id = n.aggregate_id
) k
WHERE f."timestamp" < %(before)s::timestamptz AT TIME ZONE 'UTC'
UNION ALL
(SELECT aggregate_id, NULL, NULL FROM next_ones ORDER BY aggregate_id DESC LIMIT 1)
