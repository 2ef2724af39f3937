-- Taking a worker's row and leases over, also from one that stopped in the middle of a transaction.

-- Ends a backend of the gateway, never another one: a process id alone may long be somebody else's.
CREATE FUNCTION pontis.end_backend(pid int, worker_name text) RETURNS void
    LANGUAGE sql AS $$
    SELECT pg_terminate_backend(a.pid, 1000) FROM pg_stat_activity a
    WHERE a.pid = end_backend.pid AND a.pid <> pg_backend_pid() AND a.application_name = 'pontis:' || worker_name
$$;

-- A new epoch for a worker; who held the name before is fenced and its backend is ended.
CREATE FUNCTION pontis.claim_worker(worker_name text) RETURNS bigint
    LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
    taken bigint;
BEGIN
    PERFORM pontis.end_backend(backend_pid, name) FROM pontis.worker WHERE name = worker_name;
    INSERT INTO pontis.worker AS w VALUES (worker_name, 1, 0, pg_backend_pid())
        ON CONFLICT (name) DO UPDATE SET epoch = w.epoch + 1, batch = 0, backend_pid = 0, since = now()
        RETURNING epoch INTO taken;
    RETURN taken;
END
$$;

-- The committing connection says which backend it is.
CREATE FUNCTION pontis.enter_worker(worker_name text, worker_epoch bigint) RETURNS bigint
    LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
    was pontis.worker;
BEGIN
    SELECT * INTO was FROM pontis.worker WHERE name = worker_name;
    IF was.epoch = worker_epoch AND was.backend_pid <> pg_backend_pid() THEN
        PERFORM pontis.end_backend(was.backend_pid, worker_name);
    END IF;
    -- Waits for a transaction of the backend before: after this its batch is committed or never will be.
    UPDATE pontis.worker SET backend_pid = pg_backend_pid() WHERE name = worker_name AND epoch = worker_epoch
        RETURNING * INTO was;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'worker % is not at epoch %', worker_name, worker_epoch USING ERRCODE = 'PF001';
    END IF;
    RETURN was.batch;
END
$$;

-- Takes or prolongs a lease. epoch 0: another worker holds it. No row: its row is locked, ask again.
CREATE FUNCTION pontis.claim_lease(
    lease_name text, worker_name text, worker_epoch bigint, milliseconds bigint,
    OUT epoch bigint, OUT next_offset bigint, OUT last_hash bytea)
    RETURNS SETOF record
    LANGUAGE plpgsql SET lock_timeout = '500ms' AS $$
DECLARE
    me pontis.worker;
    was pontis.lease;
    until timestamptz := now() + milliseconds * interval '1 millisecond';
BEGIN
    SELECT * INTO me FROM pontis.worker w WHERE w.name = worker_name AND w.epoch = worker_epoch;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'worker % is not at epoch %', worker_name, worker_epoch USING ERRCODE = 'PF001';
    END IF;
    BEGIN
        SELECT * INTO was FROM pontis.lease l WHERE l.name = lease_name FOR UPDATE;
    EXCEPTION
        WHEN lock_not_available THEN
            SELECT * INTO was FROM pontis.lease l WHERE l.name = lease_name;
            IF was.holder <> worker_name AND was.expires_at < now() THEN
                PERFORM pontis.end_backend(w.backend_pid, w.name) FROM pontis.worker w WHERE w.name = was.holder;
            END IF;
            RETURN;
    END;
    IF was.name IS NULL THEN
        epoch := 1;
        INSERT INTO pontis.lease VALUES (lease_name, epoch, worker_name, worker_epoch, me.backend_pid, until);
    ELSIF was.holder <> worker_name AND was.expires_at >= now() THEN
        epoch := 0;
    ELSE
        epoch := was.epoch + CASE WHEN was.holder = worker_name AND was.holder_epoch = worker_epoch THEN 0 ELSE 1 END;
        UPDATE pontis.lease l SET epoch = claim_lease.epoch, holder = worker_name, holder_epoch = worker_epoch,
            backend_pid = me.backend_pid, expires_at = until WHERE l.name = lease_name;
    END IF;
    SELECT p.next_offset, p.last_hash INTO next_offset, last_hash FROM pontis.position p WHERE p.lease = lease_name;
    next_offset := coalesce(next_offset, -1);
    RETURN NEXT;
END
$$;
