SELECT o.topic, o."partition", o.next_offset, o.epoch, o.parked
FROM stage.stage_offsets o
JOIN unnest(%(topics)s::text[], %(partitions)s::int[]) AS wanted (topic, "partition")
    USING (topic, "partition")
WHERE o.consumer_group = %(group)s
