-- The last version before the first event of a later time: a state is a prefix of its events.
SELECT COALESCE(
    (SELECT min(aggregate_version) - 1 FROM store.events
     WHERE aggregate_id = %(aggregate_id)s
        AND "timestamp" > %(at)s::timestamptz AT TIME ZONE 'UTC'),
    (SELECT version FROM store.streams WHERE aggregate_id = %(aggregate_id)s),
    0
)
