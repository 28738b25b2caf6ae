-- The filters of warm.events AS e, one a line: a line is part of a query when every parameter that
-- it names is given. What is not asked for is not in the text, so that a plan fits all its values.
e.event_type = ANY (%(event_types)s::text[])
e.source = ANY (%(sources)s::text[])
e.aggregate_id = %(aggregate_id)s::text
e.aggregate_type = %(aggregate_type)s::text
e.correlation_id = %(correlation_id)s::text
e.account_id = %(account_id)s::text
e."timestamp" >= %(since)s::timestamptz
e."timestamp" < %(until)s::timestamptz
e.payload @> %(payload)s::jsonb
-- Repeats the next line's bound in the form that prunes partitions.
e."timestamp" {beyond_or_at} %(after_timestamp)s::timestamptz
(e."timestamp", e.event_id) {beyond} (%(after_timestamp)s::timestamptz, %(after_event_id)s::uuid)
