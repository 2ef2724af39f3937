-- A provider's current rate out: from the home currency, in which DOMESTIC is kept.
SELECT r.mantissa, r.scale FROM (
    SELECT x.* FROM pontis.rate x JOIN pontis.account a ON a.corridor = x.corridor AND a.role = 'DOMESTIC'
        AND a.currency = x.source_currency
    WHERE x.corridor = $1::text AND x.provider = $2::text ORDER BY x.at DESC, x.id DESC LIMIT 1) r
WHERE r.valid_until > now();
