SELECT m.id, m.type, m.direction, m.message_id, m.business_message_id, pontis.rfc3339(m.at), d.attempts, d.delivered::text
FROM pontis.message m LEFT JOIN pontis.delivery d ON d.message = m.id WHERE m.instruction = $1::uuid ORDER BY m.id;
