DELETE FROM service.inbox
WHERE consumer_group = %(group)s AND noted_at < now() - %(days)s * interval '1 day'
