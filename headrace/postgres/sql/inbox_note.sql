-- In the order of the ids, so that two that note the same ones never wait in a circle. One that
-- waits here for the other's commit finds the id noted.
INSERT INTO service.inbox (consumer_group, event_id)
SELECT %(group)s, event_id FROM unnest(%(ids)s::uuid[]) AS wanted (event_id)
ORDER BY event_id
ON CONFLICT DO NOTHING
RETURNING event_id
