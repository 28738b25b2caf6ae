-- A causationId is any text; one that is no UUID names an event outside of the store.
WITH RECURSIVE walk AS (
    SELECT e.event_id, e.metadata ->> 'causationId' AS cause, 0 AS distance
    FROM store.events e WHERE e.event_id = %(event_id)s
    UNION ALL
    SELECT e.event_id, e.metadata ->> 'causationId', walk.distance + 1
    FROM walk JOIN store.events e
        ON e.event_id = CASE WHEN pg_input_is_valid(walk.cause, 'uuid') THEN walk.cause::uuid END
    WHERE walk.distance < %(depth)s
) CYCLE event_id SET again USING path,
bounded AS (SELECT event_id, distance FROM walk WHERE NOT again LIMIT %(limit)s)
SELECT bounded.distance, {columns}
FROM bounded JOIN store.events e USING (event_id)
ORDER BY bounded.distance
