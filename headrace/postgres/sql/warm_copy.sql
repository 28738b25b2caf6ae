COPY warm.events
    (event_id, event_type, "timestamp", version, source, correlation_id, causation_id,
     aggregate_type, aggregate_id, aggregate_version, account_id, user_id, metadata, payload,
     topic, "partition", record_offset, schema_id)
FROM STDIN (FORMAT BINARY)
