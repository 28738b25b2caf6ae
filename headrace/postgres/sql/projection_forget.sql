DELETE FROM projections.builds WHERE name = %(name)s AND build = %(build)s AND state = 'retired'
