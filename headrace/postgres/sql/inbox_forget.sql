DELETE FROM service.inbox WHERE consumer_group = %(group)s AND event_id = ANY(%(ids)s::uuid[])
