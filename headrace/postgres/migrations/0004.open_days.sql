-- Open days carry bloom indexes whose filters fit their ranges, closed days btrees in their place.
-- Takes the open days' indexes down and builds them anew: writers and readers wait meanwhile.

-- With them go those of every day. Made for 200 distinct values in 32 pages, which hold twice to
-- four times as many: up to a third of all ranges passed, and a lookup read a third of the day.
DROP INDEX warm.events_correlation_bloom, warm.events_aggregate_bloom;

-- 16 pages hold 100 to 500 rows. A filter for 410 values is the largest that PostgreSQL does not
-- try to compress; a lookup looks at every filter, and to decompress one takes ten times as long.
-- These indexes are the day's own, not parts of the table's: a closed day does without.
CREATE FUNCTION warm.open_day(leaf name) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['correlation_id', 'aggregate_id'] LOOP
        EXECUTE format(
            'CREATE INDEX %I ON warm.%I USING brin (%I text_bloom_ops '
            '(n_distinct_per_range = 410, false_positive_rate = 0.01)) WITH (pages_per_range = 16)',
            leaf || '_' || wanted || '_open', leaf, wanted
        );
    END LOOP;
    -- A vacuum keeps new ranges from being summarised for as long as it takes. Nothing is ever
    -- deleted here; what a vacuum marks as visible is marked once the day is closed.
    EXECUTE format('ALTER TABLE warm.%I SET (autovacuum_vacuum_insert_threshold = -1)', leaf);
END
$$;
REVOKE ALL ON FUNCTION warm.open_day(name) FROM PUBLIC;

DO $$
DECLARE
    open_leaf name;
BEGIN
    FOR open_leaf IN
        SELECT leaf FROM warm.days
        WHERE closed_at IS NULL AND to_regclass(format('warm.%I', leaf)) IS NOT NULL
        ORDER BY day
    LOOP
        PERFORM warm.open_day(open_leaf);
    END LOOP;
END
$$;

-- What is older than the warm window is never closed.
CREATE INDEX events_old_correlation_id_closed ON warm.events_old (correlation_id);
CREATE INDEX events_old_aggregate_id_closed ON warm.events_old (aggregate_id, aggregate_version);

CREATE OR REPLACE FUNCTION warm.make_day(wanted date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    leaf text := 'events_' || to_char(wanted, 'YYYYMMDD');
BEGIN
    IF wanted < warm.oldest_day() OR wanted > (now() AT TIME ZONE 'UTC')::date + 2 THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('warm.make_day', 0));
    IF EXISTS (SELECT FROM warm.days WHERE day = wanted) THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE warm.%I (LIKE warm.events INCLUDING ALL)', leaf);
    PERFORM warm.open_day(leaf);
    EXECUTE format(
        'ALTER TABLE warm.events ATTACH PARTITION warm.%I FOR VALUES FROM (%L) TO (%L)',
        leaf, wanted::timestamp AT TIME ZONE 'UTC', (wanted + 1)::timestamp AT TIME ZONE 'UTC'
    );
    EXECUTE format('ALTER TABLE warm.%I OWNER TO headrace_stage', leaf);
    INSERT INTO warm.days (day, leaf) VALUES (wanted, leaf);
    RETURN true;
END
$$;
