SELECT DISTINCT event_type FROM store.event_types ORDER BY event_type
