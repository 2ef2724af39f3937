SELECT k.place, encode(i.content_hash, 'hex'), i.instruction
FROM unnest($1::uuid[]) WITH ORDINALITY AS k (key, place) JOIN pontis.identity i ON i.key = k.key;
