-- A message sent twice in one batch is summed up once.
WITH attempt AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[]) AS a (id, message, number, at)),
kept AS (
    INSERT INTO pontis.attempt (id, message, number, at) SELECT id, message, number, at FROM attempt),
latest AS MATERIALIZED (
    SELECT message, max(number) AS number, max(at) AS at FROM attempt GROUP BY message ORDER BY message)
UPDATE pontis.delivery d SET attempts = greatest(d.attempts, l.number), attempted_at = greatest(d.attempted_at, l.at)
FROM latest l WHERE d.message = l.message;
