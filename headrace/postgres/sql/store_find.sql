SELECT {columns}
FROM store.events e
WHERE e.event_id = ANY(%(event_ids)s::uuid[])
