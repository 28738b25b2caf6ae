UPDATE stage.dead_letters
SET published_at = now(), lease = NULL, leased_until = NULL
WHERE consumer_group = %(group)s AND lease = %(lease)s
