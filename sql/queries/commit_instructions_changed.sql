-- In id order, each at most once; the version before is the guard.
WITH changed AS (
    UPDATE pontis.instruction i SET state = u.state, version = u.version, due_at = u.due_at,
        reason_code = u.reason_code, reason_text = u.reason_text, source_currency = u.source_currency,
        source_digits = u.source_digits, source_amount = u.source_amount, target_currency = u.target_currency,
        target_digits = u.target_digits, target_amount = u.target_amount, content = u.content
    FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::bigint[],
        $9::timestamptz[], $10::text[], $11::text[], $12::text[], $13::int[], $14::bigint[], $15::text[], $16::int[],
        $17::bigint[], $18::timestamptz[], $19::text[])
        AS u (id, version_before, corridor, direction, kind, uetr, state, version, due_at, reason_code, reason_text,
            source_currency, source_digits, source_amount, target_currency, target_digits, target_amount, received_at,
            content)
    WHERE i.id = u.id AND i.version = u.version_before
    RETURNING 1)
SELECT pontis.guard_count('instructions', (SELECT count(*) FROM changed), cardinality($1::uuid[]), 'PF002');
