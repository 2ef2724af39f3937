-- Newest first; a corridor or state that is null asks for all.
SELECT uetr, corridor, direction, state, source_currency, pontis.major(source_amount, source_digits), target_currency,
    pontis.major(target_amount, target_digits), nullif(reason_code, ''), pontis.rfc3339(received_at)
FROM pontis.instruction
WHERE ($2::text IS NULL OR corridor = $2::text) AND ($3::text IS NULL OR state = $3::text)
ORDER BY id DESC LIMIT $1::bigint;
