-- What no aggregate's own events show.
(SELECT 'event id twice', min(aggregate_type), min(aggregate_id::text)::uuid,
    format('event %%s is there %%s times', event_id, count(*))
FROM store.events GROUP BY event_id HAVING count(*) > 1 LIMIT %(limit)s)
UNION ALL
(SELECT 'sequence twice', min(aggregate_type), min(aggregate_id::text)::uuid,
    format('event_sequence %%s is there %%s times', event_sequence, count(*))
FROM store.events GROUP BY event_sequence HAVING count(*) > 1 LIMIT %(limit)s)
UNION ALL
(SELECT 'no head', min(e.aggregate_type), e.aggregate_id, format('%%s events, no row in streams', count(*))
FROM store.events e
WHERE NOT EXISTS (SELECT FROM store.streams s WHERE s.aggregate_id = e.aggregate_id)
GROUP BY e.aggregate_id LIMIT %(limit)s)
UNION ALL
(SELECT 'snapshot ahead', k.aggregate_type, k.aggregate_id,
    format('a snapshot of version %%s; the aggregate is %%s at version %%s', k.aggregate_version,
        coalesce(s.aggregate_type, 'nothing'), coalesce(s.version, 0))
FROM store.snapshots k LEFT JOIN store.streams s USING (aggregate_id)
WHERE s.aggregate_id IS NULL OR k.aggregate_version > s.version
    OR k.aggregate_type <> s.aggregate_type LIMIT %(limit)s)
