SELECT corridor, direction, kind, uetr FROM pontis.instruction
WHERE due_at IS NOT NULL AND due_at <= $1::timestamptz ORDER BY due_at LIMIT $2::bigint;
