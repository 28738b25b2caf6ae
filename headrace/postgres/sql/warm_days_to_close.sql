SELECT day, leaf FROM warm.days
WHERE closed_at IS NULL AND day < %(before)s
ORDER BY day
