SELECT {columns}
FROM store.events e
WHERE (e."timestamp", e.event_id)
        {beyond} (%(timestamp)s::timestamptz AT TIME ZONE 'UTC', %(event_id)s::uuid)
    AND e."timestamp" >= %(since)s::timestamptz AT TIME ZONE 'UTC'
    AND e."timestamp" <= %(until)s::timestamptz AT TIME ZONE 'UTC'
ORDER BY e."timestamp" {order}, e.event_id {order}
LIMIT %(limit)s
