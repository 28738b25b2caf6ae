SELECT count(*), COALESCE(
    extract(epoch FROM clock_timestamp() - min(created_at) AT TIME ZONE 'UTC'), 0)::float8
FROM (
    SELECT e.created_at FROM store.events e
    WHERE (e.xid, e.event_sequence) > (%(xid)s::text::xid8, %(sequence)s::bigint)
        AND (%(categories)s::text[] IS NULL OR e.aggregate_type = ANY (%(categories)s::text[]))
    ORDER BY e.xid, e.event_sequence
    LIMIT %(limit)s
) AS behind
