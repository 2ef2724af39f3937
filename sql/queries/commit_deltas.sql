-- The hot rows: last, in account order, each once, by summed delta. As much debit as credit in each currency.
WITH delta AS MATERIALIZED (
    SELECT a.id, a.currency, sum(u.debits_pending)::bigint AS debits_pending, sum(u.debits_posted)::bigint AS debits_posted,
        sum(u.credits_pending)::bigint AS credits_pending, sum(u.credits_posted)::bigint AS credits_posted,
        max(u.most_pending) AS most_pending
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
        $9::bigint[])
        AS u (corridor, role, owner, currency, debits_pending, debits_posted, credits_pending, credits_posted, most_pending)
    LEFT JOIN pontis.account a ON a.corridor = u.corridor AND a.role = u.role AND a.owner = u.owner
        AND a.currency = u.currency
    GROUP BY a.id, a.currency ORDER BY a.id),
uneven AS (
    SELECT 1 FROM delta GROUP BY currency
    HAVING sum(debits_pending) <> sum(credits_pending) OR sum(debits_posted) <> sum(credits_posted)),
changed AS (
    UPDATE pontis.balance b SET debits_pending = b.debits_pending + d.debits_pending,
        debits_posted = b.debits_posted + d.debits_posted, credits_pending = b.credits_pending + d.credits_pending,
        credits_posted = b.credits_posted + d.credits_posted
    FROM delta d WHERE b.account = d.id
    RETURNING d.most_pending > 0 AND d.credits_pending > 0 AND b.credits_pending > d.most_pending AS too_much)
SELECT pontis.guard_count('known accounts', (SELECT count(*) FROM changed), (SELECT count(*) FROM delta), 'PF003'),
    pontis.guard_count('uneven currencies', (SELECT count(*) FROM uneven), 0, 'PF003'),
    pontis.guard_count('accounts with too much pending', (SELECT count(*) FROM changed WHERE too_much), 0, 'PF004');
