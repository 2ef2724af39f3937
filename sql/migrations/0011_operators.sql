-- compatible-from: 10
-- Whose things are, who may order, what was ordered, and what waits for a second pair of eyes. An older program goes on:
-- what it does not write is filled in here.

-- A bank, an FX provider, an auditor. `code` is a BIC, or the name by which corridor files call a provider.
CREATE TABLE pontis.participant (
    code text PRIMARY KEY CHECK (code <> ''),
    legal_name text NOT NULL CHECK (legal_name <> ''),
    bic text,
    lei text CHECK (lei ~ '^[A-Z0-9]{18}[0-9]{2}$'),
    role text NOT NULL CHECK (role IN ('operator_bank', 'correspondent_bank', 'fx_provider', 'auditor', 'monitoring')),
    at timestamptz NOT NULL DEFAULT now()
);

-- A value of a corridor's canonical document.
CREATE FUNCTION pontis.corridor_value(document bytea, path text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN (SELECT replace(substr(line, length(path) + 2), '\\', '\')
        FROM string_to_table(convert_from(document, 'UTF8'), E'\n') AS line WHERE starts_with(line, path || '=') LIMIT 1);

-- Whom a corridor's rules speak of: the two systems' central banks and the FX providers.
CREATE FUNCTION pontis.participants_of(document bytea)
    RETURNS TABLE (code text, legal_name text, bic text, role text)
    LANGUAGE sql IMMUTABLE AS $$
    SELECT bic, coalesce(nullif(name, ''), bic), bic, role
    FROM (VALUES ('home', 'operator_bank'), ('peer', 'correspondent_bank')) AS side (name_of, role),
    LATERAL (SELECT pontis.corridor_value(document, 'corridor.' || name_of || '.bic') AS bic,
        pontis.corridor_value(document, 'corridor.' || name_of || '.name') AS name) AS system
    WHERE bic <> ''
    UNION ALL
    SELECT provider, provider, NULL, 'fx_provider'
    FROM generate_series(1, 8) AS i, LATERAL pontis.corridor_value(document, 'corridor.fx_provider_' || i) AS provider
    WHERE provider <> ''
$$;

CREATE FUNCTION pontis.enrol_participants() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO pontis.participant (code, legal_name, bic, role)
        SELECT * FROM pontis.participants_of(NEW.document) ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER enrol_participants AFTER INSERT ON pontis.corridor_version FOR EACH ROW
    EXECUTE FUNCTION pontis.enrol_participants();

INSERT INTO pontis.participant (code, legal_name, bic, role)
    SELECT p.* FROM (SELECT document FROM pontis.corridor_version ORDER BY at DESC) v, pontis.participants_of(v.document) p
    ON CONFLICT DO NOTHING;
INSERT INTO pontis.participant (code, legal_name, role)
    SELECT DISTINCT provider, provider, 'fx_provider'
    FROM (SELECT provider FROM pontis.rate UNION SELECT provider FROM pontis.quote
          UNION SELECT owner FROM pontis.account WHERE role = 'FX') AS known
    ON CONFLICT DO NOTHING;

ALTER TABLE pontis.rate ADD CONSTRAINT rate_provider FOREIGN KEY (provider) REFERENCES pontis.participant (code);
ALTER TABLE pontis.quote ADD CONSTRAINT quote_provider FOREIGN KEY (provider) REFERENCES pontis.participant (code);

-- Every account belongs to somebody: a position to its provider, PEER_PREFUND to the peer's central bank, the rest to ours.
CREATE FUNCTION pontis.participant_of_account(wanted text, role text, owner text) RETURNS text
    LANGUAGE sql STABLE
    RETURN CASE role WHEN 'FX' THEN owner ELSE (
        SELECT pontis.corridor_value(v.document, CASE role WHEN 'PEER_PREFUND' THEN 'corridor.peer.bic' ELSE 'corridor.home.bic' END)
        FROM pontis.corridor_version v WHERE v.name = wanted ORDER BY v.version DESC LIMIT 1) END;

CREATE FUNCTION pontis.give_account() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    NEW.participant := coalesce(NEW.participant, pontis.participant_of_account(NEW.corridor, NEW.role, NEW.owner));
    RETURN NEW;
END
$$;

ALTER TABLE pontis.account ADD COLUMN participant text REFERENCES pontis.participant (code);
UPDATE pontis.account SET participant = pontis.participant_of_account(corridor, role, owner);
ALTER TABLE pontis.account ALTER COLUMN participant SET NOT NULL;
CREATE TRIGGER give_account BEFORE INSERT ON pontis.account FOR EACH ROW EXECUTE FUNCTION pontis.give_account();

-- A person, or a program that watches, known by a certificate. Without a participant: of the bank that runs this gateway.
CREATE TABLE pontis.operator (
    name text PRIMARY KEY CHECK (name ~ '^[A-Za-z0-9._@-]{1,35}$'),
    participant text REFERENCES pontis.participant (code),
    role text NOT NULL CHECK (role IN ('operator', 'auditor', 'monitoring')),
    certificate text NOT NULL UNIQUE CHECK (certificate ~ '^[0-9a-f]{64}$'),
    active boolean NOT NULL DEFAULT true,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX operator_active ON pontis.operator (name) WHERE role = 'operator' AND active;

-- Holds those who order until the end of the transaction: none of them is suspended between decision and commit.
CREATE FUNCTION pontis.guard_operators(names text[]) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM pontis.operator WHERE name = ANY (names) ORDER BY name FOR SHARE;
    PERFORM pontis.guard_count('active operators',
        (SELECT count(*) FROM pontis.operator WHERE name = ANY (names) AND active), cardinality(names), 'PF002');
END
$$;

-- Two that suspend at once wait for each other, so that two active operators are always left.
CREATE FUNCTION pontis.suspend_operator(who text) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM pontis.operator ORDER BY name FOR UPDATE;
    UPDATE pontis.operator SET active = false WHERE name = who AND active;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'operator % is not active', who USING ERRCODE = 'PF002';
    END IF;
    IF (SELECT count(*) FROM pontis.operator WHERE role = 'operator' AND active) < 2 THEN
        RAISE EXCEPTION 'operator % is one of the last two', who USING ERRCODE = 'PF002';
    END IF;
END
$$;

-- An order that waits for another operator. `request` are the bytes that take effect.
CREATE TABLE pontis.approval (
    id uuid PRIMARY KEY,
    command text NOT NULL,
    corridor text NOT NULL,
    request bytea NOT NULL,
    proposer text NOT NULL REFERENCES pontis.operator (name),
    proposer_certificate text NOT NULL,
    proposed_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > proposed_at),
    base_version bigint NOT NULL CHECK (base_version >= 0),
    changes text NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'refused', 'expired')),
    decided_by text REFERENCES pontis.operator (name),
    decided_at timestamptz,
    reason text NOT NULL DEFAULT '',
    CONSTRAINT approval_decided CHECK ((state = 'open') = (decided_by IS NULL) AND (state = 'open') = (decided_at IS NULL)),
    CONSTRAINT approval_four_eyes CHECK (state <> 'approved' OR decided_by <> proposer)
);
CREATE INDEX approval_open ON pontis.approval (proposed_at, id) WHERE state = 'open';

CREATE FUNCTION pontis.keep_approval() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'approval % is %, for ever', OLD.id, OLD.state USING ERRCODE = '23514', CONSTRAINT = 'approval_final';
END
$$;
CREATE TRIGGER keep_approval BEFORE UPDATE ON pontis.approval FOR EACH ROW
    WHEN (OLD.state <> 'open') EXECUTE FUNCTION pontis.keep_approval();

-- What was ordered, by whom, what was seen and said, with its salted leaf; under the id of its input. What was refused too.
CREATE TABLE pontis.command (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    operator text NOT NULL REFERENCES pontis.operator (name),
    identity uuid,
    verdict text NOT NULL CHECK (verdict IN ('applied', 'proposed', 'repeated', 'recorded', 'refused')),
    reason text NOT NULL,
    field text NOT NULL,
    detail text NOT NULL,
    answer text NOT NULL,
    approval uuid,
    at timestamptz NOT NULL,
    record text COMPRESSION lz4 NOT NULL,
    salt bytea NOT NULL CHECK (length(salt) = 32),
    leaf bytea NOT NULL CHECK (length(leaf) = 32)
);
CREATE INDEX command_of_approval ON pontis.command (approval) WHERE approval IS NOT NULL;

-- As before; what stands as it is now may be changed in the columns that change.
CREATE OR REPLACE FUNCTION pontis.grant_rights() RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    REVOKE ALL ON ALL TABLES IN SCHEMA pontis FROM PUBLIC;
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA pontis FROM PUBLIC;
    GRANT USAGE ON SCHEMA pontis TO pontis_app;
    GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA pontis TO pontis_app;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pontis TO pontis_app;
    REVOKE INSERT ON pontis.migration FROM pontis_app;
    REVOKE EXECUTE ON FUNCTION pontis.grant_rights() FROM pontis_app;
    -- What stands as it is now, and work lists.
    GRANT UPDATE ON pontis.worker, pontis.lease, pontis.position, pontis.instruction, pontis.balance, pontis.delivery TO pontis_app;
    GRANT UPDATE (closed_at) ON pontis.case_ TO pontis_app;
    GRANT UPDATE (active) ON pontis.operator TO pontis_app;
    GRANT UPDATE (state, decided_by, decided_at, reason) ON pontis.approval TO pontis_app;
    GRANT DELETE ON pontis.wallet_event_unpublished TO pontis_app;
    IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'pontis_auditor') THEN
        GRANT USAGE ON SCHEMA pontis TO pontis_auditor;
        GRANT SELECT ON ALL TABLES IN SCHEMA pontis TO pontis_auditor;
        GRANT EXECUTE ON FUNCTION pontis.rfc3339(timestamptz), pontis.major(numeric, int), pontis.available(pontis.balance) TO pontis_auditor;
    END IF;
END
$$;
