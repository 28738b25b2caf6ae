UPDATE stage.stage_offsets
SET applied = applied - %(duplicate)s - %(dead)s - %(skipped)s - %(parked)s,
    duplicate = duplicate + %(duplicate)s,
    dead = dead + %(dead)s,
    skipped = skipped + %(skipped)s,
    parked = parked + %(parked)s
WHERE consumer_group = %(group)s AND topic = %(topic)s AND "partition" = %(partition)s
