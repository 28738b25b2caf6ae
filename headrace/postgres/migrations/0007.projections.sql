-- Projections: views that follow the event store, each build of one in a schema of its own.
-- Their tables belong to headrace_projections, whose members keep them up to date.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'headrace_projections')
        OR NOT pg_has_role(CURRENT_USER, 'headrace_projections', 'SET')
    THEN
        RAISE 'projections need their role: CREATE ROLE headrace_projections NOLOGIN; '
            'GRANT headrace_projections TO %', CURRENT_USER;
    END IF;
    EXECUTE format('GRANT CREATE ON DATABASE %I TO headrace_projections', current_database());
END
$$;

CREATE SCHEMA projections AUTHORIZATION headrace_projections;
SET LOCAL ROLE headrace_projections;

-- A build is a projection's tables and how far in the total order they are: (xid, sequence).
-- 'building': nobody sees it yet; 'live': the views show it; 'retired': it is about to go.
CREATE TABLE projections.builds (
    name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{0,39}$'),
    build integer NOT NULL,
    version integer NOT NULL,
    state text NOT NULL DEFAULT 'building' CHECK (state IN ('building', 'live', 'retired')),
    store_id uuid NOT NULL,
    epoch integer NOT NULL,
    xid bigint NOT NULL DEFAULT 0,
    sequence bigint NOT NULL DEFAULT 0,
    applied bigint NOT NULL DEFAULT 0,
    begun_at timestamptz NOT NULL DEFAULT now(),
    live_at timestamptz,
    moved_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, build)
) WITH (fillfactor = 50);
COMMENT ON COLUMN projections.builds.applied IS 'events that its handler was given';
CREATE UNIQUE INDEX builds_live ON projections.builds (name) WHERE state = 'live';
CREATE UNIQUE INDEX builds_building ON projections.builds (name, version, store_id, epoch)
    WHERE state = 'building';

GRANT USAGE ON SCHEMA projections TO headrace_reader, headrace_store_reader;
GRANT SELECT ON projections.builds TO headrace_reader, headrace_store_reader;

RESET ROLE;
