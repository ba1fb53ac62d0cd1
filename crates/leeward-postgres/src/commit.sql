-- Made twice: for sessions of our own, where everything is set that it needs, and for those of others, in which
-- setting it anew for each call takes a third as long as the call.
--
-- standing: 0 done; 1 not read committed; 2 the slot is fenced or gone; 3 every batch was refused.
-- Nothing was changed but in 0. The locks come in ascending order, and every statement after them sees all
-- that their former holders committed. Planned anew for each call it would take three times as long.
CREATE FUNCTION @schema@.@name@(
    my_slot bigint, my_turn bigint, everyone bigint,
    lock_ids integer[], lock_exclusive boolean[],
    check_batches smallint[], check_keys bytea[], check_versions bigint[],
    put_batches smallint[], put_keys bytea[], put_s bigint[], put_ns integer[], put_values bytea[],
    delete_batches smallint[], delete_keys bytea[],
    OUT standing integer, OUT first_version bigint, OUT unmet bigint[]
) LANGUAGE plpgsql VOLATILE @settings@ AS $leeward$
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
