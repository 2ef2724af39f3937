INSERT INTO pontis.input (id, door, topic, incarnation, partition, record_offset, source, event_id, hash, disposition,
    reason, detail, instruction, at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::text[], $8::text[],
    $9::bytea[], $10::text[], $11::text[], $12::text[], $13::uuid[], $14::timestamptz[]);
