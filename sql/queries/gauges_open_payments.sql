-- Payments that have not ended, and for how many seconds the oldest is known; they all have a timer. Counted to 100,000.
SELECT corridor, direction, state, count(*), max(extract(epoch FROM now() - received_at))
FROM (SELECT corridor, direction, state, received_at FROM pontis.instruction WHERE due_at IS NOT NULL
      AND state NOT IN ('SETTLED', 'CREDITED', 'REJECTED', 'BLOCKED', 'CANCELLED') LIMIT 100000) open
GROUP BY corridor, direction, state;
