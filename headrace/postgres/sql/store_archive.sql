SELECT moved, last
FROM store.archive(
    %(aggregate_id)s, %(before)s::timestamptz AT TIME ZONE 'UTC', %(at_most)s::integer, %(dry)s,
    %(until_xid)s::text::xid8, %(until_sequence)s::bigint
)
