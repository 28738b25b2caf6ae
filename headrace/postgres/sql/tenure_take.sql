-- Takes the lock, or ends the session of a holder that has been silent for too long. Materialized:
-- nobody may be ended before it is known who that is.
WITH taken AS MATERIALIZED (
    SELECT pg_try_advisory_lock(%(locks)s::integer, %(name)s::integer) AS done
), silent AS MATERIALIZED (
    SELECT a.pid
    FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.classid::bigint = %(locks)s::integer
        AND l.objid::bigint = %(name)s::bigint & 4294967295
        AND a.pid <> pg_backend_pid()
        AND a.state_change < clock_timestamp() - make_interval(secs => %(silent)s)
)
SELECT done, NOT done AND COALESCE((SELECT bool_or(pg_terminate_backend(pid)) FROM silent), false)
FROM taken
