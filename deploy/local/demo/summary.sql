SELECT
    count(*),
    count(DISTINCT event_id),
    coalesce(extract(epoch FROM max(recorded_at) - min(timestamp)), 0)::float8,
    extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY recorded_at - timestamp))::float8,
    extract(epoch FROM percentile_cont(0.95) WITHIN GROUP (ORDER BY recorded_at - timestamp))::float8
FROM warm.events
WHERE event_type = %(type)s
  AND timestamp >= %(started)s
  AND metadata ->> 'demoRun' = %(run)s
