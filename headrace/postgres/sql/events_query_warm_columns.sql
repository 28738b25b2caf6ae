e.event_id, e.event_type, e."timestamp", e.version, e.source, e.correlation_id, e.causation_id,
    e.aggregate_type, e.aggregate_id, e.aggregate_version, e.account_id, e.user_id, e.metadata,
    e.payload, e.topic, e."partition", e.record_offset, e.schema_id, e.recorded_at
