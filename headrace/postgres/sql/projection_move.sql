-- Only from where its caller believes it to be: somebody else may have moved or replaced it.
UPDATE projections.builds
SET xid = %(xid)s, sequence = %(sequence)s, applied = applied + %(events)s, moved_at = now()
WHERE name = %(name)s AND build = %(build)s AND state = %(state)s
    AND (xid, sequence) = (%(from_xid)s, %(from_sequence)s)
RETURNING {columns}
