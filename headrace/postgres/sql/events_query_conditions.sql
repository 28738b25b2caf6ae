-- The filters of one query on warm.events AS e. A filter that is NULL folds away while planning.
-- The bound on "timestamp" beside the row comparison repeats it in the form that prunes partitions.
    (%(sources)s::text[] IS NULL OR e.source = ANY (%(sources)s::text[]))
AND (%(aggregate_id)s::text IS NULL OR e.aggregate_id = %(aggregate_id)s::text)
AND (%(aggregate_type)s::text IS NULL OR e.aggregate_type = %(aggregate_type)s::text)
AND (%(correlation_id)s::text IS NULL OR e.correlation_id = %(correlation_id)s::text)
AND (%(account_id)s::text IS NULL OR e.account_id = %(account_id)s::text)
AND (%(since)s::timestamptz IS NULL OR e."timestamp" >= %(since)s::timestamptz)
AND (%(until)s::timestamptz IS NULL OR e."timestamp" < %(until)s::timestamptz)
AND (%(payload)s::jsonb IS NULL OR e.payload @> %(payload)s::jsonb)
AND (%(after_timestamp)s::timestamptz IS NULL OR e."timestamp" {beyond_or_at} %(after_timestamp)s::timestamptz)
AND (%(after_timestamp)s::timestamptz IS NULL
     OR (e."timestamp", e.event_id) {beyond} (%(after_timestamp)s::timestamptz, %(after_event_id)s::uuid))
