DELETE FROM service.outbox WHERE consumer_group = %(group)s AND number = ANY(%(numbers)s::bigint[])
