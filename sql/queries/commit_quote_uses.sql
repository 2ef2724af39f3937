-- Once, and valid now, by the database's clock.
WITH used AS (
    INSERT INTO pontis.quote_use (quote, instruction)
    SELECT q.id, u.instruction FROM unnest($1::uuid[], $2::uuid[]) AS u (quote, instruction)
        JOIN pontis.quote q ON q.id = u.quote
    WHERE q.expires_at > now()
    RETURNING 1)
SELECT pontis.guard_count('valid quotes', (SELECT count(*) FROM used), cardinality($1::uuid[]), 'PF002');
