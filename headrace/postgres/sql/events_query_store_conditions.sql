-- The same for store.events AS e, whose ids of aggregates are UUIDs and whose times are UTC.
e.event_type = ANY (%(event_types)s::text[])
e.source = ANY (%(sources)s::text[])
e.aggregate_id = %(aggregate_id)s::uuid
e.aggregate_type = %(aggregate_type)s::text
e.metadata ->> 'correlationId' = %(correlation_id)s::text
e.metadata ->> 'accountId' = %(account_id)s::text
e."timestamp" >= %(since)s::timestamptz AT TIME ZONE 'UTC'
e."timestamp" < %(until)s::timestamptz AT TIME ZONE 'UTC'
e.payload @> %(payload)s::jsonb
(e."timestamp", e.event_id) {beyond} (%(after_timestamp)s::timestamptz AT TIME ZONE 'UTC', %(after_event_id)s::uuid)
