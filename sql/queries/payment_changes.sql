-- What changed the state of a payment after a change ($4), in the order in which the changes were made; a corridor or
-- state that is null asks for all.
SELECT i.uetr, i.corridor, i.direction, t.to_state, i.source_currency, pontis.major(i.source_amount, i.source_digits),
    i.target_currency, pontis.major(i.target_amount, i.target_digits), nullif(i.reason_code, ''),
    pontis.rfc3339(i.received_at), t.id, pontis.rfc3339(t.at), t.from_state, t.event, nullif(t.reason, 'none')
FROM pontis.transition t JOIN pontis.instruction i ON i.id = t.instruction
WHERE t.id > $4::uuid AND t.verdict = 'applied' AND t.from_state <> t.to_state
    AND ($2::text IS NULL OR i.corridor = $2::text) AND ($3::text IS NULL OR t.to_state = $3::text)
ORDER BY t.id LIMIT $1::bigint;
