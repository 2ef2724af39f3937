SELECT corridor, direction, state, nullif(reason_code, ''), count(*) FROM pontis.instruction
GROUP BY corridor, direction, state, reason_code ORDER BY corridor, direction, state, reason_code;
