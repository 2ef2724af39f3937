-- The fence, the leases and the guards. A guard raises: an UPDATE that matches no row would let the COMMIT behind it
-- succeed. PF001: this worker was replaced, it drops everything. PF002: somebody else was faster, decide anew. PF003: the rows make no sense.

-- One row a worker. `batch` is the number of its last committed batch: the oracle after a connection lost at COMMIT.
CREATE TABLE pontis.worker (
    name text PRIMARY KEY,
    epoch bigint NOT NULL CHECK (epoch > 0),
    batch bigint NOT NULL CHECK (batch >= 0),
    backend_pid int NOT NULL,
    since timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 20);

-- "partition:TOPIC:INCARNATION:N" or "shard:N"; `epoch` grows with every holder.
CREATE TABLE pontis.lease (
    name text PRIMARY KEY,
    epoch bigint NOT NULL CHECK (epoch > 0),
    holder text NOT NULL REFERENCES pontis.worker (name),
    holder_epoch bigint NOT NULL,
    backend_pid int NOT NULL,
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- How far a partition is consumed, with the last record's hash.
CREATE TABLE pontis.position (
    lease text PRIMARY KEY REFERENCES pontis.lease (name),
    topic text NOT NULL,
    incarnation text NOT NULL,
    partition int NOT NULL CHECK (partition >= 0),
    next_offset bigint NOT NULL CHECK (next_offset >= 0),
    last_hash bytea NOT NULL CHECK (length(last_hash) = 32),
    UNIQUE (topic, incarnation, partition)
) WITH (fillfactor = 50);

-- A batch's first statement: its number moves from n-1 to n under the worker's epoch.
CREATE FUNCTION pontis.guard_batch(worker_name text, worker_epoch bigint, number bigint) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pontis.worker SET batch = number WHERE name = worker_name AND epoch = worker_epoch AND batch = number - 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'worker % is not at epoch % batch %', worker_name, worker_epoch, number - 1
            USING ERRCODE = 'PF001';
    END IF;
END
$$;

-- Holds the leases until the end of the transaction, so that no takeover falls between guard and commit.
CREATE FUNCTION pontis.guard_lease(lease_name text, lease_epoch bigint, worker_name text) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM pontis.lease WHERE name = lease_name AND epoch = lease_epoch AND holder = worker_name FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'lease % is not at epoch % of %', lease_name, lease_epoch, worker_name USING ERRCODE = 'PF001';
    END IF;
END
$$;

CREATE FUNCTION pontis.guard_position(
    lease_name text, consumed_topic text, consumed_incarnation text, consumed_partition int,
    offset_from bigint, offset_to bigint, hash bytea) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pontis.position SET next_offset = offset_to, last_hash = hash
        WHERE lease = lease_name AND next_offset = offset_from AND offset_to > offset_from;
    IF FOUND THEN
        RETURN;
    END IF;
    IF offset_from <> 0 OR offset_to <= 0 OR EXISTS (SELECT FROM pontis.position WHERE lease = lease_name) THEN
        RAISE EXCEPTION 'position of % is not %', lease_name, offset_from USING ERRCODE = 'PF002';
    END IF;
    INSERT INTO pontis.position
        VALUES (lease_name, consumed_topic, consumed_incarnation, consumed_partition, offset_to, hash);
END
$$;

-- Were all rows found that had to be found?
CREATE FUNCTION pontis.guard_count(what text, met bigint, wanted bigint, state text) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    IF met <> wanted THEN
        RAISE EXCEPTION '%: % of % rows', what, met, wanted USING ERRCODE = state;
    END IF;
END
$$;
