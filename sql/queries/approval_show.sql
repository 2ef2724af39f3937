SELECT id, command, nullif(corridor, ''), proposer, pontis.rfc3339(proposed_at), pontis.rfc3339(expires_at),
    CASE WHEN state = 'open' AND expires_at <= now() THEN 'expired' ELSE state END, decided_by, pontis.rfc3339(decided_at),
    nullif(reason, ''), nullif(base_version, 0), changes, encode(request, 'hex')
FROM pontis.approval WHERE id = $1::uuid;
