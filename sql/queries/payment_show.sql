-- Every instruction under a UETR: a gateway may be both ends of a payment.
SELECT id, corridor, direction, state, version, reason_code, reason_text, pontis.rfc3339(received_at), content
FROM pontis.instruction WHERE uetr = $1::uuid ORDER BY id;
