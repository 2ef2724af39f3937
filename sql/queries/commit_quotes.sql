INSERT INTO pontis.quote (id, corridor, provider, source_currency, target_currency, fixed_side, source_amount,
    target_amount, mantissa, scale, expires_at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[],
    $9::bigint[], $10::int[], $11::timestamptz[]);
