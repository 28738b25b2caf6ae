-- The append that is asked for most: one event to an aggregate that is there. What is not that, or
-- would be refused, goes to store.append, which knows everything.

SET LOCAL ROLE headrace_store;

CREATE FUNCTION store.append_one(
    stream_id uuid, stream_type text, expected integer, new_id uuid, new_type text,
    at_time timestamp, from_source text, of_schema text, new_payload jsonb, new_metadata jsonb,
    OUT repeated boolean, OUT xid bigint, OUT sequence bigint, OUT version integer
) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    head store.streams;
BEGIN
    -- The lock first: the transaction takes its id after it has waited.
    SELECT * INTO head FROM store.streams s WHERE s.aggregate_id = stream_id FOR NO KEY UPDATE;
    IF NOT FOUND OR head.aggregate_type <> stream_type
        OR (expected >= 0 AND expected <> head.version) OR (expected = -2 AND head.version = 0)
        OR head.last_xid > pg_current_xact_id()
        OR NOT EXISTS (SELECT FROM store.event_types t
            WHERE t.aggregate_type = stream_type AND t.event_type = new_type)
        OR EXISTS (SELECT FROM store.events e WHERE e.event_id = new_id)
    THEN
        SELECT a.repeated, a.xids[1], a.sequences[1], a.versions[1]
        INTO repeated, xid, sequence, version
        FROM store.append(ARRAY[stream_id], ARRAY[stream_type], ARRAY[expected], ARRAY[1],
            ARRAY[new_id], ARRAY[new_type], ARRAY[at_time], ARRAY[from_source], ARRAY[of_schema],
            ARRAY[new_payload], ARRAY[new_metadata]) AS a;
        RETURN;
    END IF;
    repeated := false;
    xid := pg_current_xact_id()::text::bigint;
    version := head.version + 1;
    UPDATE store.streams s SET version = head.version + 1, last_xid = pg_current_xact_id()
    WHERE s.aggregate_id = stream_id;
    INSERT INTO store.events AS e (event_id, event_type, "timestamp", aggregate_id, aggregate_type,
        aggregate_version, schema_version, source, payload, metadata)
    VALUES (new_id, new_type, at_time, stream_id, stream_type, head.version + 1, of_schema,
        from_source, new_payload, new_metadata)
    RETURNING e.event_sequence INTO sequence;
END
$$;

REVOKE ALL ON FUNCTION store.append_one FROM PUBLIC;
GRANT EXECUTE ON FUNCTION store.append_one TO headrace_store_writer;

RESET ROLE;
