-- Snapshots are written and cleaned by functions alone, and readable as the game's `snapshots`.

GRANT CREATE ON SCHEMA public TO headrace_store;
SET LOCAL ROLE headrace_store;

-- Programs of two state versions may run at once: each keeps its own snapshot of a version.
DROP INDEX store.idx_snapshots_aggregate;
CREATE UNIQUE INDEX idx_snapshots_aggregate
    ON store.snapshots (aggregate_id, aggregate_version DESC, state_version);

-- Writes a snapshot, over one of the same version, and leaves the aggregate's last `keep`.
-- HR009: the aggregate has not come that far, or is of another type.
CREATE FUNCTION store.keep_snapshot(
    of_id uuid, of_type text, at_version integer, of_state_version text, its_state jsonb, keep integer
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
BEGIN
    IF at_version < 1 OR keep < 1 OR NOT EXISTS (
        SELECT FROM store.streams s
        WHERE s.aggregate_id = of_id AND s.aggregate_type = of_type AND s.version >= at_version
    ) THEN
        PERFORM store.fail('HR009', 'a snapshot of what the aggregate has not reached',
            jsonb_build_object('aggregateId', of_id, 'aggregateType', of_type, 'version', at_version));
    END IF;
    INSERT INTO store.snapshots AS s
        (aggregate_id, aggregate_type, aggregate_version, state_version, state)
    VALUES (of_id, of_type, at_version, of_state_version, its_state)
    ON CONFLICT (aggregate_id, aggregate_version, state_version) DO UPDATE
    SET state = EXCLUDED.state, created_at = EXCLUDED.created_at
    WHERE s.state IS DISTINCT FROM EXCLUDED.state;
    DELETE FROM store.snapshots WHERE snapshot_id IN (
        SELECT s.snapshot_id FROM store.snapshots s WHERE s.aggregate_id = of_id
        ORDER BY s.aggregate_version DESC, s.created_at DESC, s.snapshot_id OFFSET keep
    );
END
$$;

-- Removes all but the last `keep` snapshots of the next `aggregates` aggregates after an id; `last`
-- is where to go on, NULL at the end.
CREATE FUNCTION store.clean_snapshots(
    after uuid, keep integer, aggregates integer, OUT last uuid, OUT removed bigint
) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    ids uuid[];
BEGIN
    SELECT array_agg(aggregate_id ORDER BY aggregate_id) INTO ids FROM (
        SELECT DISTINCT s.aggregate_id FROM store.snapshots s WHERE s.aggregate_id > after
        ORDER BY s.aggregate_id LIMIT aggregates
    ) AS next_ones;
    WITH old AS (
        DELETE FROM store.snapshots WHERE snapshot_id IN (
            SELECT numbered.snapshot_id FROM (
                SELECT s.snapshot_id, row_number() OVER (
                    PARTITION BY s.aggregate_id
                    ORDER BY s.aggregate_version DESC, s.created_at DESC, s.snapshot_id
                ) AS place
                FROM store.snapshots s WHERE s.aggregate_id = ANY (ids)
            ) AS numbered WHERE numbered.place > greatest(keep, 1)
        ) RETURNING 1
    )
    SELECT ids[cardinality(ids)], count(*) INTO last, removed FROM old;
END
$$;

CREATE VIEW public.snapshots WITH (security_invoker = true) AS
SELECT snapshot_id, aggregate_id, aggregate_type, aggregate_version, state, created_at
FROM store.snapshots
WHERE aggregate_type IN (
    'Joueur', 'Combat', 'Inventaire', 'Item', 'Equipement', 'Quete', 'Competence', 'PNJ', 'Economy',
    'WorldState'
);

REVOKE ALL ON FUNCTION store.keep_snapshot, store.clean_snapshots FROM PUBLIC;
REVOKE INSERT, DELETE ON store.snapshots FROM headrace_store_writer;
GRANT EXECUTE ON FUNCTION store.keep_snapshot, store.clean_snapshots TO headrace_store_writer;
GRANT SELECT ON public.snapshots TO headrace_store_reader;

RESET ROLE;
REVOKE CREATE ON SCHEMA public FROM headrace_store;
