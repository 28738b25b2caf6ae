WITH landed AS (
    INSERT INTO warm.events
    SELECT * FROM pg_temp.staging
    ORDER BY event_id, "timestamp"
    ON CONFLICT (event_id, "timestamp") DO NOTHING
    RETURNING topic, "partition"
)
SELECT topic, "partition", count(*) FROM landed GROUP BY topic, "partition"
