-- Versions are numbered without a gap.
WITH made AS (
    INSERT INTO pontis.corridor_version (name, version, document, hash, operator, at)
    SELECT u.name, u.version, u.document, u.hash, u.operator, u.at
    FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bytea[], $5::text[], $6::timestamptz[])
        AS u (name, version, document, hash, operator, at)
    WHERE u.version = 1 + coalesce((SELECT max(v.version) FROM pontis.corridor_version v WHERE v.name = u.name), 0)
    RETURNING 1)
SELECT pontis.guard_count('corridor versions', (SELECT count(*) FROM made), cardinality($1::text[]), 'PF002');
