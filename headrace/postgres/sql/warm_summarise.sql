-- Brings the bloom indexes of an open day's pages up to date, for ranges that are not yet; where
-- all are, a call takes three microseconds.
SELECT coalesce(sum(brin_summarize_range(i.indexrelid, block)), 0)
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid
CROSS JOIN generate_series(%(first)s::bigint, %(until)s::bigint - 1, %(range)s::bigint) AS block
WHERE i.indrelid = format('warm.%%I', %(leaf)s::text)::regclass
  AND i.indisvalid
  AND c.relname IN (%(leaf)s::text || '_correlation_id_open', %(leaf)s::text || '_aggregate_id_open')
