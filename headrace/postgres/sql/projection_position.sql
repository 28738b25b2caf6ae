SELECT store_id, epoch, xid, sequence FROM projections.builds
WHERE name = %(name)s AND state = 'live'
