UPDATE warm.days SET closed_at = now(), events = %(events)s, repeated_ids = %(repeated_ids)s
WHERE day = %(day)s
