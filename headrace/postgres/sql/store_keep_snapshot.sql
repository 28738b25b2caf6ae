SELECT store.keep_snapshot(
    %(aggregate_id)s, %(aggregate_type)s, %(version)s::integer, %(state_version)s,
    %(state)s::text::jsonb, %(keep)s::integer
)
