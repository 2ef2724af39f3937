-- compatible-from: 9
-- The timelines of PostgreSQL that a gateway has worked on. A server that was restored from a backup, or promoted, begins
-- one of its own: what was committed last may be missing there. No gateway starts on it before a person says that the
-- books were compared with the peer's (deploy/runbooks/restore.md). A worker that was there all the time goes on: its
-- batch number proves that nothing of its own is missing.
CREATE TABLE pontis.timeline (
    number int NOT NULL,
    system_identifier bigint NOT NULL,
    accepted text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (number, system_identifier)
);

CREATE FUNCTION pontis.current_timeline() RETURNS int
    LANGUAGE sql STABLE
    RETURN ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int;

CREATE FUNCTION pontis.is_known_timeline() RETURNS boolean
    LANGUAGE sql STABLE
    RETURN EXISTS (SELECT FROM pontis.timeline t, pg_control_system() c
        WHERE t.number = pontis.current_timeline() AND t.system_identifier = c.system_identifier);

CREATE FUNCTION pontis.accept_timeline(how text) RETURNS void
    LANGUAGE sql AS $$
    INSERT INTO pontis.timeline (number, system_identifier, accepted)
        SELECT pontis.current_timeline(), system_identifier, how FROM pg_control_system()
        ON CONFLICT DO NOTHING
$$;

SELECT pontis.accept_timeline('migration');

-- A batch's first statement, as before. The timeline alone is looked at: the server's identifier lies in a file.
CREATE OR REPLACE FUNCTION pontis.guard_batch(worker_name text, worker_epoch bigint, number bigint) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pontis.worker SET batch = guard_batch.number
        WHERE name = worker_name AND epoch = worker_epoch AND batch = guard_batch.number - 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'worker % is not at epoch % batch %', worker_name, worker_epoch, guard_batch.number - 1
            USING ERRCODE = 'PF001';
    END IF;
    IF NOT EXISTS (SELECT FROM pontis.timeline t WHERE t.number = pontis.current_timeline()) THEN
        PERFORM pontis.accept_timeline('worker ' || worker_name || ' was there all the time');
    END IF;
END
$$;
