SELECT i.store_id, i.epoch, (i.cluster, i.database) = (h.cluster, h.database),
    pg_snapshot_xmax(pg_current_snapshot())::text::bigint
FROM store.identity i, store.here() h
