-- What a service's own database needs of the stage runtime: offsets, dead letters, parked records.
-- In a database that the stages' migrations have set up already, nothing is made twice.

CREATE SCHEMA IF NOT EXISTS stage;

CREATE TABLE IF NOT EXISTS stage.stage_offsets (
    consumer_group text NOT NULL,
    topic text NOT NULL,
    "partition" integer NOT NULL,
    topic_id text NOT NULL,
    first_offset bigint NOT NULL,
    next_offset bigint NOT NULL,
    epoch bigint NOT NULL,
    owner text NOT NULL,
    applied bigint NOT NULL DEFAULT 0,
    duplicate bigint NOT NULL DEFAULT 0,
    dead bigint NOT NULL DEFAULT 0,
    skipped bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now(),
    parked bigint NOT NULL DEFAULT 0 CHECK (parked >= 0),
    PRIMARY KEY (consumer_group, topic, "partition"),
    CONSTRAINT every_offset_is_accounted_for
        CHECK (applied + duplicate + dead + skipped + parked = next_offset - first_offset)
) WITH (fillfactor = 50);

CREATE TABLE IF NOT EXISTS stage.dead_letters (
    consumer_group text NOT NULL,
    topic text NOT NULL,
    topic_id text NOT NULL,
    "partition" integer NOT NULL,
    record_offset bigint NOT NULL,
    record_timestamp timestamptz NOT NULL,
    key bytea,
    raw bytea,
    headers jsonb NOT NULL,
    error_class text NOT NULL,
    reason text NOT NULL,
    message text NOT NULL,
    buried_at timestamptz NOT NULL DEFAULT now(),
    lease uuid,
    leased_until timestamptz,
    published_at timestamptz,
    PRIMARY KEY (consumer_group, topic, "partition", record_offset, topic_id)
);
CREATE INDEX IF NOT EXISTS dead_letters_to_publish ON stage.dead_letters (consumer_group, buried_at)
    WHERE published_at IS NULL;

CREATE TABLE IF NOT EXISTS stage.parked (
    consumer_group text NOT NULL,
    topic text NOT NULL,
    "partition" integer NOT NULL,
    record_offset bigint NOT NULL,
    topic_id text NOT NULL,
    record_timestamp timestamptz NOT NULL,
    key bytea,
    raw bytea,
    headers jsonb NOT NULL,
    attempts integer NOT NULL,
    due_at timestamptz NOT NULL,
    reason text NOT NULL,
    message text NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer_group, topic, "partition", record_offset)
);
