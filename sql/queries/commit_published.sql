-- In id order. What another worker marked before is no error: an event may go out twice.
DELETE FROM pontis.wallet_event_unpublished e USING unnest($1::uuid[]) AS u (id) WHERE e.id = u.id;
