-- What stages keep: the offset ledger and the dead letters.
-- The roles headrace_stage (stages write) and headrace_reader (the API reads) exist already.

CREATE SCHEMA stage;

CREATE TABLE stage.stage_offsets (
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
    PRIMARY KEY (consumer_group, topic, "partition"),
    CONSTRAINT every_offset_is_accounted_for
        CHECK (applied + duplicate + dead + skipped = next_offset - first_offset)
) WITH (fillfactor = 50);

CREATE TABLE stage.dead_letters (
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
    -- With the topic's id: one that was made again has the same offsets for other records.
    PRIMARY KEY (consumer_group, topic, "partition", record_offset, topic_id)
);

CREATE INDEX dead_letters_to_publish ON stage.dead_letters (consumer_group, buried_at)
    WHERE published_at IS NULL;

GRANT USAGE ON SCHEMA stage TO headrace_stage, headrace_reader;
GRANT SELECT, INSERT, UPDATE ON stage.stage_offsets, stage.dead_letters TO headrace_stage;
GRANT SELECT ON stage.stage_offsets, stage.dead_letters TO headrace_reader;
