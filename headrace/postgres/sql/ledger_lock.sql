-- Waits for the write in progress, and keeps the next one out, so that what it parked is seen.
SELECT FROM stage.stage_offsets
WHERE consumer_group = %(group)s AND topic = %(topic)s
    AND ("partition" = %(partition)s OR %(partition)s::integer IS NULL)
ORDER BY topic, "partition"
FOR UPDATE
