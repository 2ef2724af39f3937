WITH event AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bytea[],
        $8::timestamptz[]) AS e (id, instruction, version, type, topic, key, body, at)),
kept AS (
    INSERT INTO pontis.wallet_event (id, instruction, version, type, topic, key, body, at)
    SELECT id, instruction, version, type, topic, key, body, at FROM event)
INSERT INTO pontis.wallet_event_unpublished (id, at) SELECT id, at FROM event;
