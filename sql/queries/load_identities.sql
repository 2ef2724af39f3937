SELECT k.place, encode(i.content_hash, 'hex'), i.instruction
FROM unnest($1::uuid[]) WITH ORDINALITY AS k (key, place),
LATERAL (SELECT * FROM pontis.identity x WHERE x.key = k.key LIMIT 1) i;
