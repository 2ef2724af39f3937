-- Instructions by key, with the place of the key that was asked for.
SELECT k.place, i.content
FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) WITH ORDINALITY AS k (corridor, direction, kind, uetr, place)
JOIN pontis.instruction i ON i.uetr = k.uetr AND i.corridor = k.corridor AND i.direction = k.direction AND i.kind = k.kind;
