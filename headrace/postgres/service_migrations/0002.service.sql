-- What a service keeps beside its offsets: which events it has handled, and which it has to send.

CREATE SCHEMA service;

CREATE TABLE service.inbox (
    consumer_group text NOT NULL,
    event_id uuid NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer_group, event_id)
);
CREATE INDEX inbox_to_prune ON service.inbox USING brin (noted_at);

CREATE TABLE service.outbox (
    number bigint GENERATED ALWAYS AS IDENTITY,
    consumer_group text NOT NULL,
    topic text NOT NULL,
    key bytea NOT NULL,
    value bytea NOT NULL,
    headers jsonb NOT NULL,
    queued_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer_group, number)
);

CREATE TABLE service.outbox_leader (
    consumer_group text PRIMARY KEY,
    owner text NOT NULL,
    until timestamptz NOT NULL
);
COMMENT ON TABLE service.outbox_leader IS 'who may send a group''s outbox, so that it goes in order';
