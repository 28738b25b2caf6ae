-- One ordered walk of the index (event_type, timestamp, event_id) for each type, merged. Each walk
-- stops at the limit, so a page costs types x limit rows however many events there are.
SELECT page.*
FROM unnest(ARRAY[{event_types}]::text[]) AS wanted (event_type)
CROSS JOIN LATERAL (
    SELECT {columns}
    FROM {events} AS e
    WHERE e.event_type = wanted.event_type
      AND {conditions}
    ORDER BY e."timestamp" {direction}, e.event_id {direction}
    LIMIT {limit}
) AS page
ORDER BY page."timestamp" {direction}, page.event_id {direction}
LIMIT {limit}
