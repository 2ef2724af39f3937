-- Oldest first, of each instruction in the order of its versions.
SELECT e.id, e.topic, e.key, convert_from(e.body, 'UTF8')
FROM (SELECT * FROM pontis.wallet_event_unpublished WHERE at <= $1::timestamptz ORDER BY at, id LIMIT $2::bigint) u
JOIN pontis.wallet_event e ON e.id = u.id ORDER BY e.version, u.at, u.id;
