INSERT INTO service.outbox_leader AS leader (consumer_group, owner, until)
VALUES (%(group)s, %(owner)s, now() + %(seconds)s * interval '1 second')
ON CONFLICT (consumer_group) DO UPDATE SET owner = excluded.owner, until = excluded.until
WHERE leader.owner = excluded.owner OR leader.until < now()
RETURNING owner
