-- Payments that are reserved and have not left; oldest first.
SELECT corridor, direction, kind, uetr FROM pontis.instruction WHERE state = 'RESERVED' ORDER BY id LIMIT $1::bigint;
