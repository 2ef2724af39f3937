-- Which of these are not told yet.
SELECT id FROM pontis.wallet_event_unpublished WHERE id = ANY ($1::uuid[]);
