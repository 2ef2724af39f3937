-- One operator decides; whoever comes second decides anew.
WITH ended AS (
    UPDATE pontis.approval a SET state = u.state, decided_by = u.decided_by, decided_at = u.at, reason = u.reason
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[]) AS u (id, state, decided_by, at, reason)
    WHERE a.id = u.id AND a.state = 'open'
    RETURNING 1)
SELECT pontis.guard_count('open approvals', (SELECT count(*) FROM ended), cardinality($1::uuid[]), 'PF002');
