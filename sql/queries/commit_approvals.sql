INSERT INTO pontis.approval (id, command, corridor, request, proposer, proposer_certificate, proposed_at, expires_at,
    base_version, changes)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::timestamptz[],
    $8::timestamptz[], $9::bigint[], $10::text[]);
