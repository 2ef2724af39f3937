-- Instructions by key, with the place of the key that was asked for.
SELECT k.place, i.content
FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) WITH ORDINALITY AS k (corridor, direction, kind, uetr, place),
LATERAL (
    SELECT x.content FROM pontis.instruction x
    WHERE x.uetr = k.uetr AND x.corridor = k.corridor AND x.direction = k.direction AND x.kind = k.kind LIMIT 1) i;
