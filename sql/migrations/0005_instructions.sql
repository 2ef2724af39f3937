-- Corridors, rates, quotes, instructions and the record of every decision.

-- An applied rulebook: immutable, numbered without a gap.
CREATE TABLE pontis.corridor_version (
    name text NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    document bytea NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    operator text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (name, version)
);

CREATE TABLE pontis.rate (
    id uuid PRIMARY KEY,
    corridor text NOT NULL,
    provider text NOT NULL CHECK (provider <> ''),
    source_currency text NOT NULL CHECK (source_currency ~ '^[A-Z]{3}$'),
    target_currency text NOT NULL CHECK (target_currency ~ '^[A-Z]{3}$' AND target_currency <> source_currency),
    mantissa bigint NOT NULL CHECK (mantissa > 0),
    scale int NOT NULL CHECK (scale BETWEEN 0 AND 18),
    valid_until timestamptz NOT NULL,
    operator text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX rate_current ON pontis.rate (corridor, provider, at DESC, id DESC);

CREATE TABLE pontis.quote (
    id uuid PRIMARY KEY,
    corridor text NOT NULL,
    provider text NOT NULL CHECK (provider <> ''),
    source_currency text NOT NULL CHECK (source_currency ~ '^[A-Z]{3}$'),
    target_currency text NOT NULL CHECK (target_currency ~ '^[A-Z]{3}$'),
    fixed_side text NOT NULL CHECK (fixed_side IN ('source', 'target')),
    source_amount bigint NOT NULL CHECK (source_amount > 0),
    target_amount bigint NOT NULL CHECK (target_amount > 0),
    mantissa bigint NOT NULL CHECK (mantissa > 0),
    scale int NOT NULL CHECK (scale BETWEEN 0 AND 18),
    expires_at timestamptz NOT NULL
);

-- One order to move money, as it stands. `content` is its canonical text; the columns beside it are what is searched.
CREATE TABLE pontis.instruction (
    id uuid PRIMARY KEY,
    corridor text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('outbound', 'inbound')),
    kind text NOT NULL,
    uetr uuid NOT NULL,
    state text NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    due_at timestamptz,
    reason_code text NOT NULL,
    reason_text text NOT NULL,
    source_currency text NOT NULL,
    source_digits int NOT NULL,
    source_amount bigint NOT NULL CHECK (source_amount >= 0),
    target_currency text NOT NULL,
    target_digits int NOT NULL,
    target_amount bigint NOT NULL CHECK (target_amount >= 0),
    received_at timestamptz NOT NULL,
    content text COMPRESSION lz4 NOT NULL,
    CONSTRAINT instruction_key UNIQUE (uetr, corridor, direction, kind),
    CONSTRAINT instruction_state CHECK (state IN (
        'RECEIVED', 'HELD', 'RESERVED', 'SENT', 'ACCEPTED', 'IN_DOUBT', 'SETTLED', 'CREDIT_REQUESTED',
        'CREDIT_IN_DOUBT', 'CREDITED', 'REJECTED', 'BLOCKED', 'CANCELLED'))
) WITH (fillfactor = 60);
-- Work lists: their rows leave when a payment is done.
CREATE INDEX instruction_due ON pontis.instruction (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX instruction_waiting ON pontis.instruction (id) WHERE state = 'RESERVED';

-- Finals never change; nobody leaves his corridor.
CREATE FUNCTION pontis.keep_final() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'instruction % is %, for ever', OLD.id, OLD.state USING ERRCODE = '23514', CONSTRAINT = 'instruction_final';
END
$$;
CREATE TRIGGER keep_final BEFORE UPDATE ON pontis.instruction FOR EACH ROW
    WHEN (OLD.state IN ('SETTLED', 'CREDITED', 'REJECTED', 'BLOCKED', 'CANCELLED') AND NEW.state <> OLD.state)
    EXECUTE FUNCTION pontis.keep_final();

-- A quote is used once.
CREATE TABLE pontis.quote_use (
    quote uuid PRIMARY KEY REFERENCES pontis.quote (id),
    instruction uuid NOT NULL
);

-- What decide saw and said, with its salted leaf. No sequence number: writers share no row.
CREATE TABLE pontis.transition (
    id uuid PRIMARY KEY,
    instruction uuid NOT NULL,
    version bigint NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    event text NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('applied', 'repeated', 'recorded', 'refused')),
    reason text NOT NULL,
    corridor_version bigint NOT NULL,
    at timestamptz NOT NULL,
    record text COMPRESSION lz4 NOT NULL,
    salt bytea NOT NULL CHECK (length(salt) = 32),
    leaf bytea NOT NULL CHECK (length(leaf) = 32)
);
CREATE INDEX transition_of_instruction ON pontis.transition (instruction, id);

-- What a person must look at.
CREATE TABLE pontis.case_ (
    id uuid PRIMARY KEY,
    instruction uuid,
    corridor text NOT NULL,
    cause text NOT NULL,
    note text NOT NULL,
    at timestamptz NOT NULL,
    closed_at timestamptz
);
CREATE INDEX case_open ON pontis.case_ (at, id) WHERE closed_at IS NULL;
