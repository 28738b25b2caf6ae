SELECT count(*) FROM store.streams
