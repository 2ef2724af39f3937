-- What waits, counted to 100,000, and for how many seconds the oldest has waited.
SELECT 'payments', count(*), round(coalesce(max(extract(epoch FROM now() - received_at)), 0), 1)
FROM (SELECT received_at FROM pontis.instruction WHERE state = 'RESERVED' ORDER BY id LIMIT 100000) payment
UNION ALL
SELECT 'answers', count(*), round(coalesce(max(extract(epoch FROM now() - at)), 0), 1)
FROM (SELECT m.at FROM (SELECT message FROM pontis.delivery WHERE is_answer AND NOT delivered LIMIT 100000) d
      JOIN pontis.message m ON m.id = d.message) answer
UNION ALL
SELECT 'events', count(*), round(coalesce(max(extract(epoch FROM now() - at)), 0), 1)
FROM (SELECT at FROM pontis.wallet_event_unpublished ORDER BY at LIMIT 100000) event
UNION ALL
SELECT 'cases', count(*), round(coalesce(max(extract(epoch FROM now() - at)), 0), 1)
FROM (SELECT at FROM pontis.case_ WHERE closed_at IS NULL ORDER BY at LIMIT 100000) open;
