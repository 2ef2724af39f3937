INSERT INTO pontis.input_payload (input, body) SELECT * FROM unnest($1::uuid[], $2::bytea[]);
