-- Per currency, what all posted transfers debit and credit, added up account by account.
SELECT a.currency, pontis.major(sum(b.debits_posted::numeric), max(a.minor_digits)),
    pontis.major(sum(b.credits_posted::numeric), max(a.minor_digits))
FROM pontis.account a JOIN pontis.balance b ON b.account = a.id GROUP BY a.currency ORDER BY a.currency;
