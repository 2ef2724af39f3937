-- What waits for another operator, the oldest first; what nobody approved in time is closed by whoever tries to.
SELECT id, command, nullif(corridor, ''), proposer, pontis.rfc3339(proposed_at), pontis.rfc3339(expires_at),
    CASE WHEN expires_at > now() THEN 'open' ELSE 'expired' END
FROM pontis.approval WHERE state = 'open' ORDER BY proposed_at, id;
