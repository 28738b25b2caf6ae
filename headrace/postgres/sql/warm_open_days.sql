-- The open days' partitions and how many pages they have.
SELECT leaf, pg_relation_size(format('warm.%I', leaf)::regclass) / current_setting('block_size')::bigint
FROM warm.days
WHERE closed_at IS NULL AND to_regclass(format('warm.%I', leaf)) IS NOT NULL
ORDER BY day
