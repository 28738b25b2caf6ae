SELECT {columns}
FROM unnest(%(categories)s::text[]) AS wanted (category)
CROSS JOIN LATERAL (
    SELECT * FROM store.events e
    WHERE e.aggregate_type = wanted.category
        AND (e.xid, e.event_sequence) {beyond} (%(xid)s::text::xid8, %(sequence)s::bigint)
        AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
        AND (SELECT epoch FROM store.identity) = %(epoch)s
    ORDER BY e.xid {order}, e.event_sequence {order}
    LIMIT %(limit)s
) AS e
ORDER BY e.xid {order}, e.event_sequence {order}
LIMIT %(limit)s
