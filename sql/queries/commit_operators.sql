INSERT INTO pontis.operator (name, participant, role, certificate, at)
SELECT u.name, nullif(u.participant, ''), u.role, u.certificate, u.at
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[]) AS u (name, participant, role, certificate, at);
