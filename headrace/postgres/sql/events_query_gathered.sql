-- For a filter that names few events (a correlation, an aggregate): find them all, then sort.
SELECT {columns}
FROM {events} AS e
WHERE {conditions}
ORDER BY e."timestamp" {direction}, e.event_id {direction}
LIMIT {limit}
