SELECT k.place, q.corridor, q.provider, q.source_currency, q.target_currency, q.fixed_side, q.source_amount,
    q.target_amount, q.mantissa, q.scale, pontis.rfc3339(q.expires_at), u.instruction
FROM unnest($1::uuid[]) WITH ORDINALITY AS k (id, place)
JOIN pontis.quote q ON q.id = k.id LEFT JOIN pontis.quote_use u ON u.quote = q.id;
