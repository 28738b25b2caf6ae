-- What the next aggregates by id are made of, each in one look, so that appends do not disturb it.
SELECT s.aggregate_id, s.aggregate_type, s.version, f.*
FROM (
    SELECT * FROM store.streams WHERE aggregate_id > %(after)s
    ORDER BY aggregate_id LIMIT %(limit)s
) AS s
CROSS JOIN LATERAL (
    SELECT count(*), coalesce(max(e.aggregate_version), 0),
        min(e.aggregate_version) FILTER (WHERE e.aggregate_version <> coalesce(e.previous, 0) + 1),
        min(e.aggregate_version) FILTER (WHERE (e.xid, e.event_sequence) <= (e.last_xid, e.last_sequence)),
        min(e.aggregate_version) FILTER (WHERE e.aggregate_type <> s.aggregate_type),
        coalesce(max(e.xid) > s.last_xid, false),
        coalesce(max(e.aggregate_version) FILTER (WHERE e.archived)
            > min(e.aggregate_version) FILTER (WHERE NOT e.archived), false)
    FROM (
        SELECT o.aggregate_version, o.aggregate_type, o.xid, o.event_sequence,
            o.tableoid = 'store.events_archive'::regclass AS archived,
            lag(o.aggregate_version) OVER by_version AS previous, lag(o.xid) OVER by_version AS last_xid,
            lag(o.event_sequence) OVER by_version AS last_sequence
        FROM store.events o WHERE o.aggregate_id = s.aggregate_id
        WINDOW by_version AS (ORDER BY o.aggregate_version)
    ) AS e
) AS f
ORDER BY s.aggregate_id
