INSERT INTO stage.stage_offsets AS held
    (consumer_group, topic, "partition", topic_id, first_offset, next_offset, epoch, owner)
VALUES
    (%(group)s, %(topic)s, %(partition)s, %(topic_id)s, %(start)s, %(start)s, 1, %(owner)s)
ON CONFLICT (consumer_group, topic, "partition") DO UPDATE
    SET epoch = held.epoch + 1, owner = excluded.owner, updated_at = now()
    WHERE held.topic_id = excluded.topic_id
RETURNING next_offset, epoch, parked
