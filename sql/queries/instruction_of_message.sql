-- The instruction a message of ours is about.
SELECT i.corridor, i.direction, i.kind, i.uetr
FROM pontis.message m JOIN pontis.instruction i ON i.id = m.instruction
WHERE m.id = $1::uuid AND m.direction = 'outbound';
