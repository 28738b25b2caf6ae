-- The distinct event types of warm.events, by jumping from one to the next in the index.
WITH RECURSIVE types AS (
    (SELECT e.event_type FROM warm.events AS e ORDER BY e.event_type LIMIT 1)
    UNION ALL
    SELECT (
        SELECT e.event_type
        FROM warm.events AS e
        WHERE e.event_type > types.event_type
        ORDER BY e.event_type
        LIMIT 1
    )
    FROM types
    WHERE types.event_type IS NOT NULL
)
SELECT event_type FROM types WHERE event_type IS NOT NULL
