SELECT {columns} FROM projections.builds WHERE name = %(name)s ORDER BY build FOR UPDATE
