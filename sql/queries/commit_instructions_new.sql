-- $2, the version before, is 0.
INSERT INTO pontis.instruction (id, corridor, direction, kind, uetr, state, version, due_at, reason_code, reason_text,
    source_currency, source_digits, source_amount, target_currency, target_digits, target_amount, received_at, content)
SELECT u.id, u.corridor, u.direction, u.kind, u.uetr, u.state, u.version, u.due_at, u.reason_code, u.reason_text,
    u.source_currency, u.source_digits, u.source_amount, u.target_currency, u.target_digits, u.target_amount,
    u.received_at, u.content
FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::bigint[],
    $9::timestamptz[], $10::text[], $11::text[], $12::text[], $13::int[], $14::bigint[], $15::text[], $16::int[],
    $17::bigint[], $18::timestamptz[], $19::text[])
    AS u (id, version_before, corridor, direction, kind, uetr, state, version, due_at, reason_code, reason_text,
        source_currency, source_digits, source_amount, target_currency, target_digits, target_amount, received_at,
        content);
