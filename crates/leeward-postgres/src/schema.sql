CREATE TABLE @schema@.meta (
    one boolean NOT NULL DEFAULT true PRIMARY KEY CHECK (one),
    maker text NOT NULL,
    schema integer NOT NULL
);
INSERT INTO @schema@.meta (maker, schema) VALUES ('leeward-postgres', @version@);

-- The first of the 64 versions of each transaction; one for each of its batches.
CREATE SEQUENCE @schema@.version AS bigint INCREMENT BY 64 MINVALUE 64 START WITH 64;

-- Values are ciphertext, which no compression makes smaller.
CREATE TABLE @schema@.entry (
    version bigint NOT NULL,
    expires_s bigint,   -- whole seconds since 1970, rounded down
    expires_ns integer, -- nanoseconds after that
    key bytea NOT NULL PRIMARY KEY,
    value bytea NOT NULL
) WITH (fillfactor = 90);
ALTER TABLE @schema@.entry ALTER COLUMN key SET STORAGE PLAIN, ALTER COLUMN value SET STORAGE EXTERNAL;
CREATE INDEX entry_expiry ON @schema@.entry (expires_s, expires_ns) WHERE expires_s IS NOT NULL;

-- What became of the last transaction of each committer, for when its answer was lost.
CREATE TABLE @schema@.slot (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    turn bigint NOT NULL DEFAULT 0,
    base bigint NOT NULL DEFAULT 0,    -- its first version, or how many entries it purged
    refused bigint NOT NULL DEFAULT 0, -- a bit for each batch that met a conflict
    fenced boolean NOT NULL DEFAULT false,
    used_at timestamp with time zone NOT NULL DEFAULT now()
) WITH (fillfactor = 25);

-- standing: 0 done; 1 not read committed; 2 the slot is fenced or gone; 3 every batch was refused.
-- Nothing was changed but in 0. The locks come in ascending order, and every statement after them sees all
-- that their former holders committed. Planned anew for each call it would take three times as long.
CREATE FUNCTION @schema@.commit_v1(
    my_slot bigint, my_turn bigint, everyone bigint,
    lock_ids integer[], lock_exclusive boolean[],
    check_batches smallint[], check_keys bytea[], check_versions bigint[],
    put_batches smallint[], put_keys bytea[], put_s bigint[], put_ns integer[], put_values bytea[],
    delete_batches smallint[], delete_keys bytea[],
    OUT standing integer, OUT first_version bigint, OUT unmet bigint[]
) LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $leeward$
DECLARE
    conflicts bigint := 0;
BEGIN
    standing := 1;
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RETURN;
    END IF;
    IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    PERFORM CASE WHEN l.exclusive THEN pg_advisory_xact_lock(@class@, l.id)
                 ELSE pg_advisory_xact_lock_shared(@class@, l.id) END
        FROM unnest(lock_ids, lock_exclusive) AS l (id, exclusive);
    IF cardinality(check_keys) > 0 THEN
        SELECT array_agg(c.place ORDER BY c.place), coalesce(bit_or(1::bigint << c.batch), 0)
            INTO unmet, conflicts
            FROM unnest(check_batches, check_keys, check_versions) WITH ORDINALITY AS c (batch, key, version, place)
            LEFT JOIN @schema@.entry e ON e.key = c.key
            WHERE coalesce(e.version, 0) <> c.version;
    END IF;
    standing := 3;
    IF conflicts = everyone THEN
        RETURN;
    END IF;
    first_version := nextval('@schema@.version');
    IF my_slot IS NOT NULL THEN
        UPDATE @schema@.slot SET turn = my_turn, base = first_version, refused = conflicts, used_at = now()
            WHERE id = my_slot AND turn = my_turn - 1 AND NOT fenced;
        standing := 2;
        IF NOT FOUND THEN
            RETURN;
        END IF;
    END IF;
    IF cardinality(put_keys) > 0 THEN
        INSERT INTO @schema@.entry AS e (version, expires_s, expires_ns, key, value)
            SELECT first_version + p.batch, p.s, p.ns, p.key, p.value
            FROM unnest(put_batches, put_keys, put_s, put_ns, put_values) AS p (batch, key, s, ns, value)
            WHERE (conflicts >> p.batch) & 1 = 0
            ON CONFLICT (key) DO UPDATE SET version = excluded.version, expires_s = excluded.expires_s,
                expires_ns = excluded.expires_ns, value = excluded.value;
    END IF;
    IF cardinality(delete_keys) > 0 THEN
        DELETE FROM @schema@.entry e USING unnest(delete_batches, delete_keys) AS d (batch, key)
            WHERE e.key = d.key AND (conflicts >> d.batch) & 1 = 0;
    END IF;
    standing := 0;
END $leeward$;

-- Removes those of the keys that have expired and that nobody else has locked; waits for nobody.
CREATE FUNCTION @schema@.purge_v1(
    my_slot bigint, my_turn bigint, lock_ids integer[], keys bytea[], now_s bigint, now_ns integer,
    OUT standing integer, OUT removed bigint
) LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $leeward$
DECLARE
    mine bytea[];
BEGIN
    standing := 1;
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RETURN;
    END IF;
    removed := 0;
    standing := 3;
    IF NOT pg_try_advisory_xact_lock_shared(@class@, 0) THEN
        RETURN;
    END IF;
    PERFORM FROM @schema@.slot WHERE id = my_slot AND turn = my_turn - 1 AND NOT fenced FOR UPDATE;
    standing := 2;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT array_agg(k.key) INTO mine FROM unnest(lock_ids, keys) AS k (id, key)
        WHERE pg_try_advisory_xact_lock(@class@, k.id);
    DELETE FROM @schema@.entry e USING unnest(mine) AS m (key)
        WHERE e.key = m.key AND (e.expires_s, e.expires_ns) <= (now_s, now_ns);
    GET DIAGNOSTICS removed = ROW_COUNT;
    UPDATE @schema@.slot SET turn = my_turn, base = removed, refused = 0, used_at = now() WHERE id = my_slot;
    standing := 0;
END $leeward$;
