INSERT INTO pontis.message_body (message, body) SELECT * FROM unnest($1::uuid[], $2::bytea[]);
