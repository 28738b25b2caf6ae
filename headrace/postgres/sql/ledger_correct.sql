UPDATE stage.stage_offsets
SET applied = applied - %(duplicate)s - %(dead)s - %(skipped)s,
    duplicate = duplicate + %(duplicate)s,
    dead = dead + %(dead)s,
    skipped = skipped + %(skipped)s
WHERE consumer_group = %(group)s AND topic = %(topic)s AND "partition" = %(partition)s
