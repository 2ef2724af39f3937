-- Double entry. A row is one transfer: as much is debited as credited, in one currency, by construction.

CREATE TABLE pontis.account (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    corridor text NOT NULL,
    role text NOT NULL CHECK (role IN ('DOMESTIC', 'FX', 'FOREIGN_PREFUND', 'PEER_PREFUND', 'BLOCKED_FUNDS', 'FUNDING', 'SUSPENSE')),
    owner text NOT NULL CHECK ((owner <> '') = (role = 'FX')),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    minor_digits int NOT NULL CHECK (minor_digits BETWEEN 0 AND 4),
    CONSTRAINT account_key UNIQUE (corridor, role, owner, currency),
    UNIQUE (id, currency),
    UNIQUE (id, role)
);

CREATE TABLE pontis.transfer (
    id uuid PRIMARY KEY,
    instruction uuid,
    phase text NOT NULL CHECK (phase IN ('pending', 'post', 'void', 'direct')),
    debit int NOT NULL,
    credit int NOT NULL CHECK (credit <> debit),
    currency text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    at timestamptz NOT NULL,
    FOREIGN KEY (debit, currency) REFERENCES pontis.account (id, currency),
    FOREIGN KEY (credit, currency) REFERENCES pontis.account (id, currency)
);
CREATE INDEX transfer_of_instruction ON pontis.transfer (instruction, id);

-- Four counters an account, apart from the rows that foreign keys point to. FOREIGN_PREFUND is an asset, PEER_PREFUND
-- a liability; neither may be overdrawn.
CREATE TABLE pontis.balance (
    account int PRIMARY KEY,
    role text NOT NULL,
    debits_pending bigint NOT NULL DEFAULT 0,
    debits_posted bigint NOT NULL DEFAULT 0,
    credits_pending bigint NOT NULL DEFAULT 0,
    credits_posted bigint NOT NULL DEFAULT 0,
    FOREIGN KEY (account, role) REFERENCES pontis.account (id, role),
    CONSTRAINT balance_counters CHECK (
        debits_pending >= 0 AND debits_posted >= 0 AND credits_pending >= 0 AND credits_posted >= 0),
    CONSTRAINT balance_available CHECK (CASE role
        WHEN 'FOREIGN_PREFUND' THEN debits_posted - credits_posted - credits_pending >= 0
        WHEN 'PEER_PREFUND' THEN credits_posted - debits_posted - debits_pending >= 0
        ELSE true END)
) WITH (fillfactor = 20);

-- What is left of an account whose balance may not turn; the plain balance of the others.
CREATE FUNCTION pontis.available(b pontis.balance) RETURNS numeric
    LANGUAGE sql IMMUTABLE
    RETURN CASE b.role
        WHEN 'FOREIGN_PREFUND' THEN b.debits_posted::numeric - b.credits_posted - b.credits_pending
        ELSE b.credits_posted::numeric - b.debits_posted - b.debits_pending END;

-- Accounts whose counters are not the sum of their transfers: always empty. It reads all of the history.
CREATE VIEW pontis.ledger_check AS
WITH leg AS (
    SELECT debit AS account, amount AS debit, 0::bigint AS credit, phase FROM pontis.transfer
    UNION ALL
    SELECT credit, 0, amount, phase FROM pontis.transfer),
summed AS (
    SELECT account,
        coalesce(sum(CASE phase WHEN 'pending' THEN debit WHEN 'direct' THEN 0 ELSE -debit END), 0) AS debits_pending,
        coalesce(sum(debit) FILTER (WHERE phase IN ('post', 'direct')), 0) AS debits_posted,
        coalesce(sum(CASE phase WHEN 'pending' THEN credit WHEN 'direct' THEN 0 ELSE -credit END), 0) AS credits_pending,
        coalesce(sum(credit) FILTER (WHERE phase IN ('post', 'direct')), 0) AS credits_posted
    FROM leg GROUP BY account)
SELECT b.account FROM pontis.balance b LEFT JOIN summed s ON s.account = b.account
WHERE (b.debits_pending, b.debits_posted, b.credits_pending, b.credits_posted) IS DISTINCT FROM
    (coalesce(s.debits_pending, 0), coalesce(s.debits_posted, 0), coalesce(s.credits_pending, 0), coalesce(s.credits_posted, 0));
