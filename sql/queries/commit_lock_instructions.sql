-- In id order, as a commit changes them, until the transaction ends.
WITH wanted AS MATERIALIZED (
    SELECT i.id
    FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) AS k (corridor, direction, kind, uetr),
    LATERAL (
        SELECT x.id FROM pontis.instruction x
        WHERE x.uetr = k.uetr AND x.corridor = k.corridor AND x.direction = k.direction AND x.kind = k.kind LIMIT 1) i
    ORDER BY i.id)
SELECT i.id FROM wanted w, LATERAL (SELECT x.id FROM pontis.instruction x WHERE x.id = w.id FOR NO KEY UPDATE) i;
