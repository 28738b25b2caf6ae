-- The lost range counts as skipped; the epoch fences a worker that still runs.
UPDATE stage.stage_offsets
SET next_offset = %(to)s, skipped = skipped + %(to)s - next_offset, epoch = epoch + 1,
    updated_at = now()
WHERE consumer_group = %(group)s AND topic = %(topic)s AND "partition" = %(partition)s
    AND next_offset < %(to)s
RETURNING next_offset
