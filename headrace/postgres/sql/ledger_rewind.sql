-- The log lost what lies beyond `to`: go on there, and count anew. The epoch fences who still runs.
UPDATE stage.stage_offsets
SET first_offset = %(to)s, next_offset = %(to)s, epoch = epoch + 1, updated_at = now(),
    applied = 0, duplicate = 0, dead = 0, skipped = 0
WHERE consumer_group = %(group)s AND topic = %(topic)s AND "partition" = %(partition)s
    AND next_offset > %(to)s
