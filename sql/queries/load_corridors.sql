-- What is left of a corridor's two guarded accounts, what is pending out of FOREIGN_PREFUND, its best rate out (home
-- currency to peer currency, the most target for the source among the providers' current rates), and its newest version.
SELECT k.place, f.available, f.credits_pending, p.available, r.provider, r.mantissa, r.scale,
    CASE WHEN isfinite(r.valid_until) THEN pontis.rfc3339(r.valid_until) END,
    (SELECT max(v.version) FROM pontis.corridor_version v WHERE v.name = k.corridor)
FROM unnest($1::text[]) WITH ORDINALITY AS k (corridor, place)
LEFT JOIN LATERAL (
    SELECT a.currency, pontis.available(b) AS available, b.credits_pending
    FROM pontis.account a JOIN pontis.balance b ON b.account = a.id
    WHERE a.corridor = k.corridor AND a.role = 'FOREIGN_PREFUND' LIMIT 1) f ON true
LEFT JOIN LATERAL (
    SELECT a.currency, pontis.available(b) AS available
    FROM pontis.account a JOIN pontis.balance b ON b.account = a.id
    WHERE a.corridor = k.corridor AND a.role = 'PEER_PREFUND' LIMIT 1) p ON true
LEFT JOIN LATERAL (
    SELECT latest.* FROM (
        SELECT DISTINCT owner FROM pontis.account a WHERE a.corridor = k.corridor AND a.role = 'FX') o,
    LATERAL (
        SELECT x.* FROM pontis.rate x
        WHERE x.corridor = k.corridor AND x.provider = o.owner AND x.source_currency = p.currency
            AND x.target_currency = f.currency
        ORDER BY x.at DESC, x.id DESC LIMIT 1) latest
    WHERE latest.valid_until > now()
    ORDER BY latest.mantissa * ('1e-' || latest.scale)::numeric DESC, latest.at, latest.id LIMIT 1) r ON true;
