-- Posted balance of each account, and what is left of one that may not be overdrawn (null for the others).
SELECT a.corridor, a.role, a.owner, a.currency,
    pontis.major(CASE b.role WHEN 'FOREIGN_PREFUND' THEN b.debits_posted::numeric - b.credits_posted
                 ELSE b.credits_posted::numeric - b.debits_posted END, a.minor_digits),
    CASE WHEN b.role IN ('FOREIGN_PREFUND', 'PEER_PREFUND') THEN pontis.major(pontis.available(b), a.minor_digits) END
FROM pontis.account a JOIN pontis.balance b ON b.account = a.id ORDER BY a.corridor, a.role, a.owner, a.currency;
