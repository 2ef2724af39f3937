-- Our answers that no peer has taken yet, last tried before $1: each time with more patience, up to five minutes.
SELECT m.id, m.instruction, i.uetr, m.corridor, d.is_answer::text, encode(b.body, 'hex'), d.attempts
FROM (SELECT * FROM pontis.delivery
      WHERE is_answer AND NOT delivered AND attempted_at <= $1::timestamptz
          AND attempted_at <= $1::timestamptz - least(attempts * attempts - 1, 300) * interval '1 second'
      ORDER BY attempted_at LIMIT $2::bigint) d
JOIN pontis.message m ON m.id = d.message JOIN pontis.message_body b ON b.message = m.id
JOIN pontis.instruction i ON i.id = m.instruction ORDER BY d.attempted_at, m.id;
