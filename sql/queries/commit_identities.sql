-- In key order: two that bring the same keys wait for each other, they never deadlock.
INSERT INTO pontis.identity (key, content_hash, instruction) SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::uuid[]);
