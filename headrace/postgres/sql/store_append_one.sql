SELECT repeated, xid, sequence, version
FROM store.append_one(
    %(stream_id)b::uuid, %(stream_type)s::text, %(expected)s::integer, %(event_id)b::uuid,
    %(event_type)s::text, %(timestamp)b::timestamp, %(source)s::text, %(schema_version)s::text,
    %(payload)s::text::jsonb, %(metadata)s::text::jsonb
)
