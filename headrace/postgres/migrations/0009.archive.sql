-- The archive of the event store inherits from its events: every question asks both, and an event
-- is in one of them at any moment. Appending writes to the small table with the many indexes.

GRANT CREATE ON SCHEMA public TO headrace_store;
SET LOCAL ROLE headrace_store;

CREATE TABLE store.events_archive (
    archived_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
) INHERITS (store.events);
COMMENT ON TABLE store.events_archive IS
    'the first versions of aggregates that have a snapshot after them; store.archive moves them here';

ALTER TABLE store.events_archive ADD CONSTRAINT events_archive_pkey PRIMARY KEY (event_id);
ALTER TABLE store.events_archive ADD CONSTRAINT idx_archive_sequence UNIQUE (event_sequence);
CREATE UNIQUE INDEX idx_archive_aggregate_version
    ON store.events_archive (aggregate_id, aggregate_version);
CREATE INDEX idx_archive_timestamp ON store.events_archive ("timestamp", event_id);
CREATE INDEX idx_archive_type ON store.events_archive (event_type);
CREATE INDEX idx_archive_correlation ON store.events_archive ((metadata ->> 'correlationId'));
CREATE INDEX idx_archive_causation ON store.events_archive ((metadata ->> 'causationId'))
    WHERE metadata ->> 'causationId' IS NOT NULL;
CREATE INDEX idx_archive_position ON store.events_archive (xid, event_sequence);
CREATE INDEX idx_archive_category ON store.events_archive (aggregate_type, xid, event_sequence);

-- As before, but a row whose copy is in the archive may leave the events.
CREATE OR REPLACE FUNCTION store.refuse_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    copy store.events_archive;
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'events' THEN
        SELECT * INTO copy FROM store.events_archive a WHERE a.event_id = OLD.event_id;
        IF FOUND AND (copy.event_type, copy.event_sequence, copy.xid, copy."timestamp",
                copy.aggregate_id, copy.aggregate_type, copy.aggregate_version, copy.schema_version,
                copy.source, copy.payload, copy.metadata, copy.created_at)
            = (OLD.event_type, OLD.event_sequence, OLD.xid, OLD."timestamp", OLD.aggregate_id,
                OLD.aggregate_type, OLD.aggregate_version, OLD.schema_version, OLD.source,
                OLD.payload, OLD.metadata, OLD.created_at)
        THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'HR008',
        MESSAGE = format('%s of store.%s is refused: events are immutable', TG_OP, TG_TABLE_NAME),
        HINT = 'correct an event by appending one that compensates it';
END
$$;
CREATE TRIGGER immutable_rows BEFORE UPDATE OR DELETE ON store.events_archive
    FOR EACH ROW EXECUTE FUNCTION store.refuse_change();
CREATE TRIGGER immutable_table BEFORE TRUNCATE ON store.events_archive
    FOR EACH STATEMENT EXECUTE FUNCTION store.refuse_change();
ALTER TABLE store.events_archive ENABLE ALWAYS TRIGGER immutable_rows;
ALTER TABLE store.events_archive ENABLE ALWAYS TRIGGER immutable_table;

-- Moves an aggregate's next versions, `at_most` of them, to the archive: from its first that is not
-- there, up to its last snapshot, its first event from `before` on (UTC), or its first one after a
-- position in the total order. Returns how many and the last archived version. Safe to repeat and to
-- kill: a call is a transaction. `dry`: moves nothing.
CREATE FUNCTION store.archive(
    of_id uuid, before timestamp, at_most integer, dry boolean DEFAULT false,
    until_xid xid8 DEFAULT NULL, until_sequence bigint DEFAULT NULL,
    OUT moved integer, OUT last integer
) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    first integer;
    beyond integer;
BEGIN
    IF NOT dry THEN -- one at a time; appends go on
        PERFORM pg_advisory_xact_lock(hashtextextended('store.archive ' || of_id, 0));
    END IF;
    moved := 0;
    SELECT min(e.aggregate_version) INTO first FROM ONLY store.events e WHERE e.aggregate_id = of_id;
    SELECT least(max(s.aggregate_version), first::bigint + at_most - 1) INTO last
    FROM store.snapshots s WHERE s.aggregate_id = of_id;
    SELECT e.aggregate_version INTO beyond FROM ONLY store.events e
    WHERE e.aggregate_id = of_id AND e.aggregate_version BETWEEN first AND last AND (
        e."timestamp" >= before
        OR (until_xid IS NOT NULL AND (e.xid, e.event_sequence) > (until_xid, until_sequence))
    )
    ORDER BY e.aggregate_version LIMIT 1;
    last := coalesce(beyond - 1, last, 0);
    IF first IS NULL OR last < first THEN
        last := coalesce(first - 1, 0);
        RETURN;
    END IF;
    IF dry THEN
        moved := last - first + 1;
        RETURN;
    END IF;
    INSERT INTO store.events_archive (event_id, event_type, event_sequence, xid, "timestamp",
        aggregate_id, aggregate_type, aggregate_version, schema_version, source, payload, metadata,
        created_at)
    SELECT event_id, event_type, event_sequence, xid, "timestamp", aggregate_id, aggregate_type,
        aggregate_version, schema_version, source, payload, metadata, created_at
    FROM ONLY store.events e
    WHERE e.aggregate_id = of_id AND e.aggregate_version BETWEEN first AND last;
    DELETE FROM ONLY store.events e
    WHERE e.aggregate_id = of_id AND e.aggregate_version BETWEEN first AND last;
    GET DIAGNOSTICS moved = ROW_COUNT;
END
$$;

CREATE OR REPLACE FUNCTION store.new_epoch(why text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    next_epoch integer;
BEGIN
    LOCK TABLE store.events, store.streams IN ACCESS EXCLUSIVE MODE;
    UPDATE store.identity i
    SET epoch = i.epoch + 1, cluster = h.cluster, database = h.database, since = now(), reason = why
    FROM store.here() h RETURNING i.epoch INTO next_epoch;
    IF EXISTS (SELECT FROM store.events WHERE xid >= pg_current_xact_id()) THEN
        ALTER TABLE store.events DISABLE TRIGGER immutable_rows;
        ALTER TABLE store.events_archive DISABLE TRIGGER immutable_rows;
        UPDATE store.events SET xid = '3';
        ALTER TABLE store.events ENABLE ALWAYS TRIGGER immutable_rows;
        ALTER TABLE store.events_archive ENABLE ALWAYS TRIGGER immutable_rows;
    END IF;
    UPDATE store.streams SET last_xid = '3' WHERE last_xid >= pg_current_xact_id();
    RETURN next_epoch;
END
$$;

-- Planning anew for every array of ids took a tenth of an append.
ALTER FUNCTION store.append SET plan_cache_mode = force_generic_plan;

CREATE VIEW public.evenements_archive WITH (security_invoker = true) AS
SELECT event_id, event_type, event_sequence, "timestamp", aggregate_id, aggregate_type,
    aggregate_version, payload, metadata, created_at
FROM store.events_archive
WHERE aggregate_type IN (
    'Joueur', 'Combat', 'Inventaire', 'Item', 'Equipement', 'Quete', 'Competence', 'PNJ', 'Economy',
    'WorldState'
);

REVOKE ALL ON FUNCTION store.archive FROM PUBLIC;
GRANT SELECT ON store.events_archive, public.evenements_archive TO headrace_store_reader;
-- The migrations' owner keeps the store: it archives, and reads to verify.
GRANT EXECUTE ON FUNCTION store.archive, store.keep_snapshot, store.clean_snapshots, store.here
    TO SESSION_USER;
GRANT SELECT ON store.events, store.events_archive, store.streams, store.snapshots, store.identity,
    store.event_types TO SESSION_USER;

RESET ROLE;
REVOKE CREATE ON SCHEMA public FROM headrace_store;
