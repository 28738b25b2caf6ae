-- The event store: append-only truth of event-sourced aggregates.
-- headrace_store owns it and cannot log in; headrace_store_writer may append and headrace_store_reader
-- read. The roles exist already, and the migrations' owner may SET ROLE headrace_store.

DO $$
BEGIN
    IF (SELECT count(*) FROM pg_roles WHERE rolname IN
        ('headrace_store', 'headrace_store_writer', 'headrace_store_reader')) < 3
        OR NOT pg_has_role(CURRENT_USER, (SELECT oid FROM pg_roles WHERE rolname = 'headrace_store'), 'SET')
    THEN
        RAISE 'the event store needs its roles: CREATE ROLE headrace_store, headrace_store_writer and '
            'headrace_store_reader NOLOGIN; GRANT headrace_store TO % WITH INHERIT FALSE, SET TRUE',
            CURRENT_USER;
    END IF;
END
$$;

CREATE SCHEMA store AUTHORIZATION headrace_store;
GRANT CREATE ON SCHEMA public TO headrace_store;
SET LOCAL ROLE headrace_store;

CREATE TABLE store.events (
    event_id uuid NOT NULL,
    event_type varchar(100) NOT NULL,
    event_sequence bigint GENERATED ALWAYS AS IDENTITY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    "timestamp" timestamp NOT NULL,
    aggregate_id uuid NOT NULL,
    aggregate_type varchar(50) NOT NULL,
    aggregate_version integer NOT NULL CHECK (aggregate_version > 0),
    schema_version varchar(20) NOT NULL,
    source varchar(255) NOT NULL,
    payload jsonb NOT NULL CHECK (jsonb_typeof(payload) = 'object'),
    metadata jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    created_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
COMMENT ON TABLE store.events IS 'append-only; both times are UTC';
COMMENT ON COLUMN store.events.metadata IS
    'correlationId, causationId, userId, accountId of the envelope, and whatever else came with it';
COMMENT ON COLUMN store.events.xid IS
    'the appending transaction; (xid, event_sequence) is the total order, read up to pg_snapshot_xmin';

ALTER TABLE store.events ADD CONSTRAINT events_pkey PRIMARY KEY (event_id);
ALTER TABLE store.events ADD CONSTRAINT idx_evenements_sequence UNIQUE (event_sequence);
-- Rebuilds an aggregate as well. An id belongs to one aggregate type (store.streams).
CREATE UNIQUE INDEX idx_evenements_aggregate_version ON store.events (aggregate_id, aggregate_version);
CREATE INDEX idx_evenements_timestamp ON store.events ("timestamp", event_id);
CREATE INDEX idx_evenements_type ON store.events (event_type);
-- Containment and JSONPath (@>, @?, @@), as in the warm tier; half the size of one that also finds
-- a key whatever its value.
CREATE INDEX idx_evenements_payload ON store.events USING gin (payload jsonb_path_ops);
CREATE INDEX idx_evenements_correlation ON store.events ((metadata ->> 'correlationId'));
CREATE INDEX idx_evenements_causation ON store.events ((metadata ->> 'causationId'))
    WHERE metadata ->> 'causationId' IS NOT NULL;
CREATE INDEX idx_evenements_position ON store.events (xid, event_sequence);
CREATE INDEX idx_evenements_category ON store.events (aggregate_type, xid, event_sequence);

-- An aggregate's last version. Locked while it grows, so its versions are contiguous.
CREATE TABLE store.streams (
    aggregate_id uuid PRIMARY KEY,
    aggregate_type varchar(50) NOT NULL,
    version integer NOT NULL,
    last_xid xid8 NOT NULL
) WITH (fillfactor = 70);
COMMENT ON COLUMN store.streams.last_xid IS
    'who appended last: an older transaction must not, or a reader would see its events too early';

CREATE TABLE store.event_types (
    aggregate_type varchar(50) NOT NULL,
    event_type varchar(100) NOT NULL,
    domain text NOT NULL,
    PRIMARY KEY (aggregate_type, event_type)
);
COMMENT ON TABLE store.event_types IS 'what store.append takes; other domains: store.declare_types';

INSERT INTO store.event_types (aggregate_type, event_type, domain)
SELECT aggregate_type, unnest(event_types), 'game' FROM (VALUES
    ('Joueur', ARRAY['JoueurCree', 'ExperienceGagnee', 'NiveauAtteint', 'StatsModifiees', 'ClasseChangee']),
    ('Combat', ARRAY['CombatDemarre', 'TourDebute', 'ActionExecutee', 'EffetStatutApplique', 'EffetStatutExpire', 'DegatsInfliges', 'SoinsRecus', 'CombatTermine']),
    ('Inventaire', ARRAY['ItemAjoute', 'ItemRetire', 'ItemEquipe', 'ItemDesequipe', 'ItemUtilise', 'ItemEchange', 'CapaciteModifiee']),
    ('Item', ARRAY['ItemCree', 'ItemModifie', 'ItemDetruit', 'ProprietesModifiees']),
    ('Equipement', ARRAY['EquipementCree', 'EquipementAmeliore', 'EquipementRepare', 'EnchantementsAppliques']),
    ('Quete', ARRAY['QueteCreee', 'QueteAcceptee', 'ObjectifProgresse', 'ObjectifComplete', 'QueteTerminee', 'QueteEchouee', 'RecompenseObtenue']),
    ('Competence', ARRAY['CompetenceAprise', 'CompetenceAmelioree', 'CompetenceUtilisee', 'CooldownDemarre']),
    ('PNJ', ARRAY['PNJCree', 'DialogueDeclenche', 'CommerceOuvert', 'ReputationModifiee']),
    ('Economy', ARRAY['OrdreVenteCree', 'OrdreAchatCree', 'TransactionExecutee', 'OrdreCancelled', 'PrixMisAJour']),
    ('WorldState', ARRAY['EvenementMondialDeclenche', 'ZoneDecouverte', 'BossVaincu', 'RessourceRegeneree'])

) AS game (aggregate_type, event_types);

CREATE TABLE store.snapshots (
    snapshot_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    aggregate_id uuid NOT NULL,
    aggregate_type varchar(50) NOT NULL,
    aggregate_version integer NOT NULL,
    state_version varchar(20) NOT NULL,
    state jsonb NOT NULL,
    created_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
COMMENT ON COLUMN store.snapshots.state_version IS 'of the state''s shape: another one is stale';
CREATE UNIQUE INDEX idx_snapshots_aggregate ON store.snapshots (aggregate_id, aggregate_version DESC);
CREATE INDEX idx_snapshots_created_at ON store.snapshots (created_at);

-- Which store this is. Positions mean nothing in another one, nor after a new epoch.
CREATE TABLE store.identity (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    store_id uuid NOT NULL,
    epoch integer NOT NULL,
    cluster bigint NOT NULL,
    database oid NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    reason text NOT NULL
);
COMMENT ON TABLE store.identity IS
    'transaction ids count by cluster: after a restore into another, or to an earlier time, run store.new_epoch';

CREATE FUNCTION store.here(OUT cluster bigint, OUT database oid) LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT system_identifier, (SELECT oid FROM pg_database WHERE datname = current_database())
    FROM pg_control_system()
$$;

INSERT INTO store.identity (store_id, epoch, cluster, database, reason)
SELECT gen_random_uuid(), 1, cluster, database, 'made' FROM store.here();

-- Immutable, whoever asks: privileges allow nobody, and the owner and superusers meet these.
CREATE FUNCTION store.refuse_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'HR008',
        MESSAGE = format('%s of store.%s is refused: events are immutable', TG_OP, TG_TABLE_NAME),
        HINT = 'correct an event by appending one that compensates it';
END
$$;
CREATE TRIGGER immutable_rows BEFORE UPDATE OR DELETE ON store.events
    FOR EACH ROW EXECUTE FUNCTION store.refuse_change();
CREATE TRIGGER immutable_table BEFORE TRUNCATE ON store.events
    FOR EACH STATEMENT EXECUTE FUNCTION store.refuse_change();
ALTER TABLE store.events ENABLE ALWAYS TRIGGER immutable_rows;
ALTER TABLE store.events ENABLE ALWAYS TRIGGER immutable_table;

CREATE FUNCTION store.declare_types(domain text, aggregate_type text, event_types text[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO store.event_types (aggregate_type, event_type, domain)
    SELECT declare_types.aggregate_type, unnest(declare_types.event_types), declare_types.domain
    ON CONFLICT DO NOTHING
$$;

-- A new epoch: old cursors are refused. Where this cluster's transaction ids are behind the events',
-- all of these move before its first; inside an aggregate event_sequence keeps their order.
CREATE FUNCTION store.new_epoch(why text) RETURNS integer
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
        UPDATE store.events SET xid = '3';
        ALTER TABLE store.events ENABLE ALWAYS TRIGGER immutable_rows;
    END IF;
    UPDATE store.streams SET last_xid = '3' WHERE last_xid >= pg_current_xact_id();
    RETURN next_epoch;
END
$$;

-- What went wrong in store.append, as JSON in DETAIL. Codes: HR001 another version was expected,
-- HR002 an id has other content, HR003 part of a batch is there, HR004 an unknown type, HR005 the
-- aggregate is of another type, HR006 a younger transaction was first, HR007 nothing to append.
CREATE FUNCTION store.fail(code text, message text, detail jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, DETAIL = detail::text;
END
$$;

-- Where events are that were appended before; fails unless all are, with the same content.
CREATE FUNCTION store.appended_before(
    stream_ids uuid[], stream_types text[], event_streams integer[], event_ids uuid[],
    event_types text[], timestamps timestamp[], sources text[], schema_versions text[],
    payloads jsonb[], metadatas jsonb[],
    OUT repeated boolean, OUT xids bigint[], OUT sequences bigint[], OUT versions integer[]
) LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    other uuid;
BEGIN
    SELECT true, array_agg(e.xid::text::bigint ORDER BY g.place),
        array_agg(e.event_sequence ORDER BY g.place), array_agg(e.aggregate_version ORDER BY g.place),
        min(e.event_id::text) FILTER (WHERE
            (e.event_type, e.timestamp, e.aggregate_id, e.aggregate_type, e.source, e.schema_version,
                e.payload, e.metadata)
            IS DISTINCT FROM (g.event_type, g.timestamp, stream_ids[g.stream], stream_types[g.stream],
                g.source, g.schema_version, g.payload, g.metadata))
    INTO repeated, xids, sequences, versions, other
    FROM unnest(event_streams, event_ids, event_types, timestamps, sources, schema_versions, payloads,
            metadatas) WITH ORDINALITY
        AS g (stream, event_id, event_type, "timestamp", source, schema_version, payload, metadata, place)
        JOIN store.events e ON e.event_id = g.event_id;
    IF other IS NOT NULL THEN
        PERFORM store.fail('HR002', 'an event of this id has other content',
            jsonb_build_object('eventId', other));
    END IF;
    IF cardinality(sequences) < cardinality(event_ids) THEN
        PERFORM store.fail('HR003', 'a part of the batch was appended before',
            jsonb_build_object('known', cardinality(sequences), 'given', cardinality(event_ids)));
    END IF;
END
$$;

CREATE FUNCTION store.check_types(stream_types text[], event_streams integer[], event_types text[])
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    unknown jsonb;
BEGIN
    SELECT jsonb_build_object('aggregateType', stream_types[g.stream], 'eventType', g.event_type)
    INTO unknown
    FROM unnest(event_streams, event_types) AS g (stream, event_type)
    WHERE NOT EXISTS (
        SELECT FROM store.event_types t
        WHERE t.aggregate_type = stream_types[g.stream] AND t.event_type = g.event_type
    ) LIMIT 1;
    IF FOUND THEN
        PERFORM store.fail('HR004', 'no such event type of this aggregate type', unknown);
    END IF;
END
$$;

-- Appends to one or several streams, all or nothing, and returns positions and versions in order.
-- `expected`, one a stream: a version, 0 for none yet, -1 for any, -2 for one that exists.
-- `event_streams` says which stream (from 1) an event belongs to.
CREATE FUNCTION store.append(
    stream_ids uuid[], stream_types text[], expected integer[],
    event_streams integer[], event_ids uuid[], event_types text[],
    timestamps timestamp[], sources text[], schema_versions text[], payloads jsonb[],
    metadatas jsonb[],
    OUT repeated boolean, OUT xids bigint[], OUT sequences bigint[], OUT versions integer[]
) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    heads integer[] := array_fill(0, ARRAY[cardinality(stream_ids)]);
    last xid8[] := array_fill('0'::xid8, ARRAY[cardinality(stream_ids)]);
    head store.streams;
    me xid8;
    number integer;
    size integer;
BEGIN
    PERFORM store.check_types(stream_types, event_streams, event_types);
    -- In the ids' order, or two callers would wait for each other. A transaction takes its id with
    -- its first lock, after it has waited for it: the later one is the younger one.
    FOR number IN SELECT n FROM generate_subscripts(stream_ids, 1) AS n ORDER BY stream_ids[n] LOOP
        LOOP
            SELECT * INTO head FROM store.streams s WHERE s.aggregate_id = stream_ids[number]
            FOR NO KEY UPDATE;
            EXIT WHEN FOUND;
            INSERT INTO store.streams VALUES (stream_ids[number], stream_types[number], 0, '0')
            ON CONFLICT DO NOTHING RETURNING * INTO head;
            EXIT WHEN FOUND;
        END LOOP;
        IF head.aggregate_type <> stream_types[number] THEN
            PERFORM store.fail('HR005', 'the aggregate is of another type', jsonb_build_object(
                'aggregateId', head.aggregate_id, 'given', stream_types[number],
                'actual', head.aggregate_type));
        END IF;
        heads[number] := head.version;
        last[number] := head.last_xid;
    END LOOP;

    IF EXISTS (SELECT FROM store.events e WHERE e.event_id = ANY (event_ids)) THEN
        SELECT * INTO repeated, xids, sequences, versions FROM store.appended_before(
            stream_ids, stream_types, event_streams, event_ids, event_types, timestamps, sources,
            schema_versions, payloads, metadatas);
        RETURN;
    END IF;

    me := pg_current_xact_id();
    FOR number IN 1 .. cardinality(stream_ids) LOOP
        IF (expected[number] >= 0 AND expected[number] <> heads[number])
            OR (expected[number] = -2 AND heads[number] = 0)
        THEN
            PERFORM store.fail('HR001', 'the aggregate has another version', jsonb_build_object(
                'aggregateId', stream_ids[number], 'aggregateType', stream_types[number],
                'expected', expected[number], 'actual', heads[number]));
        END IF;
        IF last[number] > me THEN
            PERFORM store.fail('HR006', 'a younger transaction has appended to the aggregate',
                jsonb_build_object('aggregateId', stream_ids[number],
                    'aggregateType', stream_types[number]));
        END IF;
        size := cardinality(array_positions(event_streams, number));
        IF size = 0 THEN
            PERFORM store.fail('HR007', 'a stream without events', jsonb_build_object(
                'aggregateId', stream_ids[number], 'aggregateType', stream_types[number]));
        END IF;
        UPDATE store.streams s SET version = heads[number] + size, last_xid = me
        WHERE s.aggregate_id = stream_ids[number];
    END LOOP;

    WITH added AS (
        INSERT INTO store.events (event_id, event_type, "timestamp", aggregate_id, aggregate_type,
            aggregate_version, schema_version, source, payload, metadata)
        SELECT g.event_id, g.event_type, g.timestamp, stream_ids[g.stream], stream_types[g.stream],
            heads[g.stream] + row_number() OVER (PARTITION BY g.stream ORDER BY g.number),
            g.schema_version, g.source, g.payload, g.metadata
        FROM unnest(event_streams, event_ids, event_types, timestamps, sources, schema_versions,
                payloads, metadatas) WITH ORDINALITY
            AS g (stream, event_id, event_type, "timestamp", source, schema_version, payload,
                metadata, number)
        ORDER BY g.number
        RETURNING event_sequence, aggregate_version
    )
    SELECT false, array_agg(event_sequence ORDER BY event_sequence),
        array_agg(aggregate_version ORDER BY event_sequence)
    INTO repeated, sequences, versions FROM added;
    xids := array_fill(me::text::bigint, ARRAY[cardinality(event_ids)]);
END
$$;

-- The game's events under the names of its document.
CREATE VIEW public.evenements WITH (security_invoker = true) AS
SELECT event_id, event_type, event_sequence, "timestamp", aggregate_id, aggregate_type,
    aggregate_version, payload, metadata, created_at
FROM store.events
WHERE aggregate_type IN (
    'Joueur', 'Combat', 'Inventaire', 'Item', 'Equipement', 'Quete', 'Competence', 'PNJ', 'Economy',
    'WorldState'
);

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA store FROM PUBLIC;
GRANT USAGE ON SCHEMA store TO headrace_store_writer, headrace_store_reader;
GRANT EXECUTE ON FUNCTION store.append TO headrace_store_writer;
GRANT EXECUTE ON FUNCTION store.here TO headrace_store_writer, headrace_store_reader;
GRANT SELECT ON store.identity, store.event_types TO headrace_store_writer, headrace_store_reader;
GRANT SELECT ON store.events, store.streams, store.snapshots, public.evenements
    TO headrace_store_reader;
GRANT INSERT, DELETE ON store.snapshots TO headrace_store_writer;
GRANT USAGE ON SCHEMA store TO SESSION_USER;
GRANT EXECUTE ON FUNCTION store.declare_types, store.new_epoch TO SESSION_USER;

RESET ROLE;
REVOKE CREATE ON SCHEMA public FROM headrace_store;
