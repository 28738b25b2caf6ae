-- CYCLE ends a walk that comes back to where it was.
WITH RECURSIVE walk AS (
    SELECT e.event_id, 0 AS distance FROM store.events e WHERE e.event_id = %(event_id)s
    UNION ALL
    SELECT e.event_id, walk.distance + 1
    FROM walk JOIN store.events e ON e.metadata ->> 'causationId' = walk.event_id::text
    WHERE walk.distance < %(depth)s
) CYCLE event_id SET again USING path,
bounded AS (SELECT event_id, distance FROM walk WHERE NOT again LIMIT %(limit)s)
SELECT bounded.distance, {columns}
FROM bounded JOIN store.events e USING (event_id)
ORDER BY bounded.distance, e.xid, e.event_sequence
