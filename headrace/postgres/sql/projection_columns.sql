name, build, version, state, store_id, epoch, xid, sequence, applied, begun_at, live_at, moved_at
