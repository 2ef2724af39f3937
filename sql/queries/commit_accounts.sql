-- Accounts of a corridor; those that exist stay.
WITH made AS (
    INSERT INTO pontis.account (corridor, role, owner, currency, minor_digits)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[])
    ON CONFLICT ON CONSTRAINT account_key DO NOTHING
    RETURNING id, role)
INSERT INTO pontis.balance (account, role) SELECT id, role FROM made;
