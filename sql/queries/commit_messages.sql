INSERT INTO pontis.message (id, instruction, corridor, direction, type, message_id, business_message_id, content_hash,
    traceparent, at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[],
    $9::text[], $10::timestamptz[]);
