-- Payments in doubt, and for how many seconds the oldest is known; they all have a timer. Counted to 100,000.
SELECT corridor, direction, state, count(*), round(max(extract(epoch FROM now() - received_at)))
FROM (SELECT corridor, direction, state, received_at FROM pontis.instruction WHERE due_at IS NOT NULL
      AND state IN ('IN_DOUBT', 'CREDIT_IN_DOUBT') LIMIT 100000) doubt
GROUP BY corridor, direction, state ORDER BY corridor, direction, state;
