-- As commit_v1 for a batch that puts one entry, which is what most are: without arrays it takes half as long.
-- It is for sessions of our own. expected: no value for any version, 0 for none there.
CREATE FUNCTION @schema@.commit_one_v1(
    my_slot bigint, my_turn bigint, lock_id integer, expected bigint,
    new_key bytea, new_s bigint, new_ns integer, new_value bytea,
    OUT standing integer, OUT first_version bigint, OUT unmet bigint[]
) LANGUAGE plpgsql VOLATILE AS $leeward$
BEGIN
    standing := 1;
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RETURN;
    END IF;
    PERFORM CASE WHEN lock_id < 0 THEN pg_advisory_xact_lock(@class@, lock_id) END,
        pg_advisory_xact_lock_shared(@class@, 0),
        CASE WHEN lock_id > 0 THEN pg_advisory_xact_lock(@class@, lock_id) END;
    IF expected IS NOT NULL
        AND expected <> coalesce((SELECT e.version FROM @schema@.entry e WHERE e.key = new_key), 0)
    THEN
        standing := 3;
        unmet := '{1}';
        RETURN;
    END IF;
    first_version := nextval('@schema@.version');
    UPDATE @schema@.slot SET turn = my_turn, base = first_version, refused = 0, used_at = now()
        WHERE id = my_slot AND turn = my_turn - 1 AND NOT fenced;
    standing := 2;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    INSERT INTO @schema@.entry AS e (version, expires_s, expires_ns, key, value)
        VALUES (first_version, new_s, new_ns, new_key, new_value)
        ON CONFLICT (key) DO UPDATE SET version = excluded.version, expires_s = excluded.expires_s,
            expires_ns = excluded.expires_ns, value = excluded.value;
    standing := 0;
END $leeward$;
