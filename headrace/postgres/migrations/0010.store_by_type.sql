-- The query walks the events of a type in the order (timestamp, event id), as in the warm tier.

SET LOCAL ROLE headrace_store;
DROP INDEX store.idx_evenements_type;
CREATE INDEX idx_evenements_type ON store.events (event_type, "timestamp", event_id);
DROP INDEX store.idx_archive_type;
CREATE INDEX idx_archive_type ON store.events_archive (event_type, "timestamp", event_id);
RESET ROLE;
