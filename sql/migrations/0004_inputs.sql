-- What came in, and what must be unique for ever.

-- Every input has exactly one disposition. The payload lies apart, so that it can be erased without touching proofs.
CREATE TABLE pontis.input (
    id uuid PRIMARY KEY,
    door text NOT NULL CHECK (door IN ('wallet', 'peer', 'command', 'timer')),
    topic text NOT NULL,
    incarnation text NOT NULL,
    partition int NOT NULL,
    record_offset bigint NOT NULL,
    source text NOT NULL,
    event_id text NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    disposition text NOT NULL CHECK (disposition IN ('applied', 'repeated', 'recorded', 'refused', 'quarantined')),
    reason text NOT NULL,
    detail text NOT NULL,
    instruction uuid,
    at timestamptz NOT NULL
);
CREATE UNIQUE INDEX input_inbox ON pontis.input (topic, incarnation, partition, record_offset) WHERE topic <> '';

CREATE TABLE pontis.input_payload (
    input uuid PRIMARY KEY,
    body bytea COMPRESSION lz4 NOT NULL
);

-- Names folded to 128 bits: instruction keys, event ids, locks, with the hash of their content. The one table whose
-- keys are random and never leave: narrow, and hash-partitioned so that no index of it grows tall.
CREATE TABLE pontis.identity (
    key uuid PRIMARY KEY,
    content_hash bytea NOT NULL CHECK (length(content_hash) = 32),
    instruction uuid
) PARTITION BY HASH (key);
DO $$
BEGIN
    FOR i IN 0..15 LOOP
        EXECUTE format('CREATE TABLE pontis.%I PARTITION OF pontis.identity FOR VALUES WITH (MODULUS 16, REMAINDER %s)',
                       'identity_' || to_char(i, 'FM00'), i);
    END LOOP;
END
$$;
