SELECT k.place, q.corridor, q.provider, q.source_currency, q.target_currency, q.fixed_side, q.source_amount,
    q.target_amount, q.mantissa, q.scale, pontis.rfc3339(q.expires_at), q.expires_at <= now(), u.instruction
FROM unnest($1::uuid[]) WITH ORDINALITY AS k (id, place)
CROSS JOIN LATERAL (SELECT * FROM pontis.quote x WHERE x.id = k.id LIMIT 1) q
LEFT JOIN LATERAL (SELECT * FROM pontis.quote_use x WHERE x.quote = q.id LIMIT 1) u ON true;
