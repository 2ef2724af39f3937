-- An account that does not exist is null, which the table refuses; so are two currencies in one transfer.
INSERT INTO pontis.transfer (id, instruction, phase, debit, credit, currency, amount, at)
SELECT u.id, u.instruction, u.phase, d.id, c.id, u.debit_currency, u.amount, u.at
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::bigint[], $12::timestamptz[])
    AS u (id, instruction, corridor, phase, debit_role, debit_owner, debit_currency, credit_role, credit_owner,
        credit_currency, amount, at)
LEFT JOIN pontis.account d ON d.corridor = u.corridor AND d.role = u.debit_role AND d.owner = u.debit_owner
    AND d.currency = u.debit_currency
LEFT JOIN pontis.account c ON c.corridor = u.corridor AND c.role = u.credit_role AND c.owner = u.credit_owner
    AND c.currency = u.credit_currency;
