-- The compare-and-set, in key order so that two workers never wait for each other in a circle.
WITH wanted AS (
    SELECT *
    FROM unnest(%(topics)s::text[], %(partitions)s::int[], %(starts)s::bigint[],
                %(ends)s::bigint[], %(epochs)s::bigint[])
        AS wanted (topic, "partition", start_offset, end_offset, epoch)
), held AS (
    SELECT o.consumer_group, o.topic, o."partition", w.start_offset, w.end_offset
    FROM stage.stage_offsets o
    JOIN wanted w USING (topic, "partition", epoch)
    WHERE o.consumer_group = %(group)s
    ORDER BY o.topic, o."partition"
    FOR UPDATE OF o
)
UPDATE stage.stage_offsets o
SET next_offset = held.end_offset,
    applied = o.applied + held.end_offset - held.start_offset,
    updated_at = now()
FROM held
WHERE o.consumer_group = held.consumer_group
    AND o.topic = held.topic
    AND o."partition" = held."partition"
    AND o.next_offset = held.start_offset
RETURNING o.topic, o."partition", o.parked
