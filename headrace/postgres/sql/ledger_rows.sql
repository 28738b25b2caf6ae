SELECT topic, "partition", topic_id, first_offset, next_offset, epoch, owner,
    applied, duplicate, dead, skipped, parked
FROM stage.stage_offsets
WHERE consumer_group = %(group)s
ORDER BY topic, "partition"
