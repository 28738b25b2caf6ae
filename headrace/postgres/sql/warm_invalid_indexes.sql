-- What a build that was cut off leaves behind.
SELECT i.indexrelid::regclass::text
FROM pg_index i
WHERE i.indrelid = format('warm.%%I', %(leaf)s::text)::regclass AND NOT i.indisvalid
