-- The local databases and their roles. Run by psql as the superuser; safe to repeat.
-- Passwords come from the environment, so that no process list and no log shows them.
\set ON_ERROR_STOP on
\getenv owner_password HEADRACE_OWNER_PASSWORD
\getenv archive_password HEADRACE_ARCHIVE_PASSWORD
\getenv api_password HEADRACE_API_PASSWORD
\getenv store_password HEADRACE_STORE_PASSWORD
\getenv relay_password HEADRACE_RELAY_PASSWORD
\getenv projector_password HEADRACE_PROJECTOR_PASSWORD
\getenv registry_password HEADRACE_REGISTRY_PASSWORD

-- Groups that migrations grant rights to, and one login for each kind of process.
SELECT format('CREATE ROLE %I %s', name, kind)
FROM (VALUES
    ('headrace_stage', 'NOLOGIN'),
    ('headrace_reader', 'NOLOGIN'),
    ('headrace_store', 'NOLOGIN'),
    ('headrace_store_writer', 'NOLOGIN'),
    ('headrace_store_reader', 'NOLOGIN'),
    ('headrace_projections', 'NOLOGIN'),
    ('headrace', 'LOGIN'),
    ('headrace_archive', 'LOGIN'),
    ('headrace_api', 'LOGIN'),
    ('headrace_store_app', 'LOGIN'),
    ('headrace_relay', 'LOGIN'),
    ('headrace_projector', 'LOGIN'),
    ('apicurio', 'LOGIN')
) AS wanted (name, kind)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name)
\gexec

ALTER ROLE headrace PASSWORD :'owner_password';
ALTER ROLE headrace_archive PASSWORD :'archive_password';
ALTER ROLE headrace_api PASSWORD :'api_password';
ALTER ROLE headrace_store_app PASSWORD :'store_password';
ALTER ROLE headrace_relay PASSWORD :'relay_password';
ALTER ROLE headrace_projector PASSWORD :'projector_password';
ALTER ROLE apicurio PASSWORD :'registry_password';

-- The owner hands the day partitions that it makes to the stages.
GRANT headrace_stage TO headrace_archive, headrace;
GRANT headrace_reader TO headrace_api;

-- Nobody has the rights of the event store's owner; migrations may take its place for a while.
GRANT headrace_store TO headrace WITH INHERIT FALSE, SET TRUE;
GRANT headrace_store_reader
    TO headrace_api, headrace_store_app, headrace_relay, headrace_projector;
GRANT headrace_store_writer TO headrace_api, headrace_store_app;

-- What one process of the projections makes, another may change and drop.
GRANT headrace_projections TO headrace_projector, headrace;

SELECT format('CREATE DATABASE %I OWNER %I', name, owner)
FROM (VALUES ('headrace', 'headrace'), ('apicurio', 'apicurio')) AS wanted (name, owner)
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = wanted.name)
\gexec

REVOKE CONNECT, TEMPORARY ON DATABASE headrace, apicurio FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE headrace
    TO headrace_archive, headrace_api, headrace_store_app, headrace_relay, headrace_projector;
