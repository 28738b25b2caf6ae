-- The staging table is emptied here, since a transaction may come by several times.
WITH taken AS (
    DELETE FROM pg_temp.staging RETURNING *
), landed AS (
    INSERT INTO warm.events
    SELECT * FROM taken
    ORDER BY event_id, "timestamp"
    ON CONFLICT (event_id, "timestamp") DO NOTHING
    RETURNING topic, "partition"
)
SELECT topic, "partition", count(*) FROM landed GROUP BY topic, "partition"
