SELECT count(*)
FROM warm.events
WHERE event_type = ANY(%(types)s)
  AND timestamp >= %(started)s
  AND metadata ->> 'demoRun' = %(run)s
