-- What an order is judged by: who gives it, what came before under its idempotency key, the approval it decides, its
-- corridor's newest rules, what its account still has, the operator it is about, how many operators are active, and which
-- of the participants that it names (one a line) are enrolled.
SELECT k.place, me.name, me.role, me.active, encode(i.content_hash, 'hex'), c.verdict, c.reason, c.field, c.detail, c.answer,
    a.command, a.state, a.proposer, a.proposer_certificate, a.base_version, pontis.rfc3339(a.expires_at), v.version,
    convert_from(v.document, 'UTF8'), b.available, other.role, other.active,
    EXISTS (SELECT FROM pontis.operator o WHERE o.certificate = k.other_certificate),
    (SELECT count(*) FROM pontis.operator o WHERE o.role = 'operator' AND o.active),
    (SELECT string_agg(p.code, E'\n') FROM pontis.participant p WHERE p.code = ANY (string_to_array(k.participants, E'\n')))
FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::text[]) WITH ORDINALITY AS k (certificate, identity, approval, corridor, role, owner, currency, other,
    other_certificate, participants, place)
LEFT JOIN pontis.operator me ON me.certificate = k.certificate
LEFT JOIN LATERAL (SELECT * FROM pontis.identity x WHERE x.key = k.identity LIMIT 1) i ON true
LEFT JOIN pontis.command c ON c.id = i.instruction
LEFT JOIN pontis.approval a ON a.id = k.approval
LEFT JOIN LATERAL (
    SELECT x.version, x.document FROM pontis.corridor_version x WHERE x.name = k.corridor
    ORDER BY x.version DESC LIMIT 1) v ON true
LEFT JOIN LATERAL (
    SELECT pontis.available(s) AS available FROM pontis.account y JOIN pontis.balance s ON s.account = y.id
    WHERE y.corridor = k.corridor AND y.role = k.role AND y.owner = k.owner AND y.currency = k.currency) b ON true
LEFT JOIN pontis.operator other ON other.name = k.other;
