SELECT
    current_setting('server_version'),
    clock_timestamp(),
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
    current_setting('max_connections')::int,
    has_table_privilege(to_regclass('public.headrace_migrations'), 'SELECT')
