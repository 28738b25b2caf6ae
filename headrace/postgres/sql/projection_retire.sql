UPDATE projections.builds SET state = 'retired' WHERE name = %(name)s AND build <> %(build)s
    AND (state = 'live' OR version <= %(version)s)
