-- The warm tier: a year of events, one partition a day of event time.

DO $$
BEGIN
    IF NOT pg_has_role(CURRENT_USER, 'headrace_stage', 'SET') THEN
        RAISE 'the owner % must be a member of headrace_stage: GRANT headrace_stage TO %',
            CURRENT_USER, CURRENT_USER;
    END IF;
END
$$;

CREATE SCHEMA warm;

CREATE TABLE warm.events (
    event_id uuid NOT NULL,
    event_type text NOT NULL,
    "timestamp" timestamptz NOT NULL,
    version text NOT NULL,
    source text NOT NULL,
    correlation_id text,
    causation_id text,
    aggregate_type text,
    aggregate_id text,
    aggregate_version bigint,
    account_id text,
    user_id text,
    metadata jsonb NOT NULL,
    payload jsonb NOT NULL,
    topic text NOT NULL,
    "partition" integer NOT NULL,
    record_offset bigint NOT NULL,
    schema_id integer NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
) PARTITION BY RANGE ("timestamp");

-- The same event sent twice carries the same timestamp, so it lands once.
CREATE UNIQUE INDEX events_id ON warm.events (event_id, "timestamp");
CREATE INDEX events_type ON warm.events (event_type, "timestamp", event_id);
CREATE INDEX events_time ON warm.events USING brin ("timestamp");
-- One bloom index a column: one over several overflows the page.
CREATE INDEX events_correlation_bloom ON warm.events
    USING brin (correlation_id text_bloom_ops (n_distinct_per_range = 200)) WITH (pages_per_range = 32);
CREATE INDEX events_aggregate_bloom ON warm.events
    USING brin (aggregate_id text_bloom_ops (n_distinct_per_range = 200)) WITH (pages_per_range = 32);

-- Which days have a partition, and since when they carry their heavier indexes.
CREATE TABLE warm.days (
    day date PRIMARY KEY,
    leaf name NOT NULL UNIQUE,
    made_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz,
    events bigint,
    repeated_ids bigint
);
COMMENT ON COLUMN warm.days.repeated_ids IS
    'event ids that this day holds at more than one timestamp, counted when it closed';

-- What is older than the warm window shares one partition; its bound is a year before this ran.
CREATE TABLE warm.events_old (LIKE warm.events INCLUDING ALL);

CREATE FUNCTION warm.oldest_day() RETURNS date LANGUAGE sql IMMUTABLE AS 'SELECT NULL::date';

DO $$
DECLARE
    oldest date := (now() AT TIME ZONE 'UTC')::date - 365;
BEGIN
    EXECUTE format(
        'ALTER TABLE warm.events ATTACH PARTITION warm.events_old FOR VALUES FROM (MINVALUE) TO (%L)',
        oldest::timestamp AT TIME ZONE 'UTC'
    );
    EXECUTE format(
        'CREATE OR REPLACE FUNCTION warm.oldest_day() RETURNS date LANGUAGE sql IMMUTABLE AS %L',
        format('SELECT %L::date', oldest)
    );
END
$$;

-- Makes the partition of a day. CREATE … PARTITION OF would wait for every open insert and deadlock
-- with lanes; ATTACH takes a lock that inserts do not conflict with. Stages own the leaf, so that
-- they can build its indexes without blocking.
CREATE FUNCTION warm.make_day(wanted date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    leaf text := 'events_' || to_char(wanted, 'YYYYMMDD');
BEGIN
    IF wanted < warm.oldest_day() OR wanted > (now() AT TIME ZONE 'UTC')::date + 2 THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('warm.make_day', 0));
    IF EXISTS (SELECT FROM warm.days WHERE day = wanted) THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE warm.%I (LIKE warm.events INCLUDING ALL)', leaf);
    EXECUTE format(
        'ALTER TABLE warm.events ATTACH PARTITION warm.%I FOR VALUES FROM (%L) TO (%L)',
        leaf, wanted::timestamp AT TIME ZONE 'UTC', (wanted + 1)::timestamp AT TIME ZONE 'UTC'
    );
    EXECUTE format('ALTER TABLE warm.%I OWNER TO headrace_stage', leaf);
    INSERT INTO warm.days (day, leaf) VALUES (wanted, leaf);
    RETURN true;
END
$$;

GRANT USAGE, CREATE ON SCHEMA warm TO headrace_stage;
GRANT USAGE ON SCHEMA warm TO headrace_reader;
GRANT SELECT, INSERT ON warm.events TO headrace_stage;
GRANT SELECT ON warm.events, warm.days TO headrace_reader;
GRANT SELECT, UPDATE (closed_at, events, repeated_ids) ON warm.days TO headrace_stage;
REVOKE ALL ON FUNCTION warm.make_day(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION warm.make_day(date) TO headrace_stage;
