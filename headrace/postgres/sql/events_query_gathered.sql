-- For a filter that names few events (a correlation, an aggregate): find them all, then sort.
SELECT {columns}
FROM warm.events AS e
WHERE (%(event_types)s::text[] IS NULL OR e.event_type = ANY (%(event_types)s::text[]))
  AND {conditions}
ORDER BY e."timestamp" {direction}, e.event_id {direction}
LIMIT %(limit)s
