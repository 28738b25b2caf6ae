SELECT {columns} FROM projections.builds
WHERE %(name)s::text IS NULL OR name = %(name)s
ORDER BY name, build
