e.event_id, e.event_type, e."timestamp" AT TIME ZONE 'UTC' AS "timestamp",
    e.schema_version AS version, e.source, e.metadata ->> 'correlationId' AS correlation_id,
    e.metadata ->> 'causationId' AS causation_id, e.aggregate_type,
    e.aggregate_id::text AS aggregate_id, e.aggregate_version,
    e.metadata ->> 'accountId' AS account_id, e.metadata ->> 'userId' AS user_id,
    e.metadata - ARRAY['correlationId', 'causationId', 'accountId', 'userId'] AS metadata,
    e.payload, NULL::text AS topic, NULL::integer AS "partition", e.event_sequence AS record_offset,
    NULL::integer AS schema_id, e.created_at AT TIME ZONE 'UTC' AS recorded_at
