SELECT day, leaf FROM warm.days
WHERE closed_at IS NULL AND day < %(before)s
    -- a worker's clock may be wrong: today and tomorrow stay open
    AND day < (now() AT TIME ZONE 'UTC')::date
ORDER BY day
