UPDATE projections.builds SET state = 'live', live_at = now()
WHERE name = %(name)s AND build = %(build)s
