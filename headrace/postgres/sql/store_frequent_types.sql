SELECT e.event_type, count(*) AS events,
    count(*) FILTER (WHERE e.tableoid = 'store.events_archive'::regclass) AS archived
FROM store.events e
GROUP BY e.event_type
ORDER BY events DESC, e.event_type
