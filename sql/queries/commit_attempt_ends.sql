WITH ended AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[], $5::text[], $6::timestamptz[])
        AS e (attempt, message, outcome, http_status, detail, at)),
kept AS (
    INSERT INTO pontis.attempt_end (attempt, message, outcome, http_status, detail, at)
    SELECT attempt, message, outcome, http_status, detail, at FROM ended),
arrived AS MATERIALIZED (
    SELECT DISTINCT message FROM ended WHERE outcome = 'delivered' ORDER BY message)
UPDATE pontis.delivery d SET delivered = true FROM arrived a WHERE d.message = a.message AND NOT d.delivered;
