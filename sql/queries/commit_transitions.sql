INSERT INTO pontis.transition (id, instruction, version, from_state, to_state, event, verdict, reason, corridor_version,
    at, record, salt, leaf)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::bigint[], $10::timestamptz[], $11::text[], $12::bytea[], $13::bytea[]);
