INSERT INTO pontis.case_ (id, instruction, corridor, cause, note, at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[]);
