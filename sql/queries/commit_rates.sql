INSERT INTO pontis.rate (id, corridor, provider, source_currency, target_currency, mantissa, scale, valid_until,
    operator, at)
SELECT u.id, u.corridor, u.provider, u.source_currency, u.target_currency, u.mantissa, u.scale,
    coalesce(u.valid_until, 'infinity'), u.operator, u.at
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::int[], $8::timestamptz[],
    $9::text[], $10::timestamptz[])
    AS u (id, corridor, provider, source_currency, target_currency, mantissa, scale, valid_until, operator, at);
