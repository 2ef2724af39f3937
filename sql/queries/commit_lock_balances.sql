-- All accounts of the corridors, in account order, as a commit changes them, until the transaction ends.
WITH wanted AS MATERIALIZED (
    SELECT a.id
    FROM unnest($1::text[]) AS k (corridor),
    LATERAL (SELECT x.id FROM pontis.account x WHERE x.corridor = k.corridor OFFSET 0) a
    ORDER BY a.id)
SELECT b.account FROM wanted w, LATERAL (SELECT x.account FROM pontis.balance x WHERE x.account = w.id FOR NO KEY UPDATE) b;
