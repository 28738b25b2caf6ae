-- Records that wait beside their lane for a passing trouble, and those of their keys behind them.

ALTER TABLE stage.stage_offsets ADD COLUMN parked bigint NOT NULL DEFAULT 0 CHECK (parked >= 0);
ALTER TABLE stage.stage_offsets DROP CONSTRAINT every_offset_is_accounted_for;
ALTER TABLE stage.stage_offsets ADD CONSTRAINT every_offset_is_accounted_for
    CHECK (applied + duplicate + dead + skipped + parked = next_offset - first_offset);

CREATE TABLE stage.parked (
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
COMMENT ON COLUMN stage.parked.attempts IS '0: failed at nothing, waits behind a record of its key';

GRANT SELECT, INSERT, UPDATE, DELETE ON stage.parked TO headrace_stage;
GRANT SELECT ON stage.parked TO headrace_reader;
