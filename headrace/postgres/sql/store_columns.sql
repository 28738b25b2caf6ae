e.xid::text::bigint, e.event_sequence, e.event_id::text, e.event_type, e.schema_version, e.source,
    e."timestamp" AT TIME ZONE 'UTC', e.aggregate_id::text, e.aggregate_type, e.aggregate_version,
    e.payload::text, e.metadata::text, e.created_at AT TIME ZONE 'UTC'
