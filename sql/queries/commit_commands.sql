-- What has an effect was ordered by somebody who is still active.
WITH made AS (
    INSERT INTO pontis.command (id, name, operator, identity, verdict, reason, field, detail, answer, approval, at, record,
        salt, leaf)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::text[], $10::uuid[], $11::timestamptz[], $12::text[], $13::bytea[], $14::bytea[])
    RETURNING operator, verdict)
SELECT pontis.guard_operators(ARRAY(SELECT DISTINCT operator FROM made WHERE verdict IN ('applied', 'proposed')));
