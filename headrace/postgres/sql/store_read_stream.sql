SELECT {columns}
FROM store.events e
WHERE e.aggregate_id = %(aggregate_id)s AND e.aggregate_version BETWEEN %(first)s AND %(last)s
ORDER BY e.aggregate_version {order}
LIMIT %(limit)s
