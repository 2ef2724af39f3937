-- The last message we sent for an instruction.
SELECT m.id, m.instruction, i.uetr, m.corridor, d.is_answer::text, encode(b.body, 'hex'), d.attempts
FROM (SELECT * FROM pontis.message WHERE instruction = $1::uuid AND direction = 'outbound' ORDER BY id DESC LIMIT 1) m
JOIN pontis.delivery d ON d.message = m.id JOIN pontis.message_body b ON b.message = m.id
JOIN pontis.instruction i ON i.id = m.instruction;
