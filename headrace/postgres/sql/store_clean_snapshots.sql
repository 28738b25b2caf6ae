SELECT last, removed FROM store.clean_snapshots(%(after)s, %(keep)s::integer, %(limit)s::integer)
