-- Below the horizon every transaction has ended: nothing can appear there any more.
SELECT {columns}
FROM store.events e
WHERE (e.xid, e.event_sequence) {beyond} (%(xid)s::text::xid8, %(sequence)s::bigint)
    AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
    AND (SELECT epoch FROM store.identity) = %(epoch)s
ORDER BY e.xid {order}, e.event_sequence {order}
LIMIT %(limit)s
