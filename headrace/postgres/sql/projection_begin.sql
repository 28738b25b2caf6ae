INSERT INTO projections.builds (name, build, version, store_id, epoch)
SELECT %(name)s, COALESCE(max(build), 0) + 1, %(version)s, %(store_id)s, %(epoch)s
FROM projections.builds WHERE name = %(name)s
ON CONFLICT DO NOTHING
RETURNING {columns}
