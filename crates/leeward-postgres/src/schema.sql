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
