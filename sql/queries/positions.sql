SELECT a.corridor, a.role, a.owner, a.currency, pontis.major(b.debits_pending, a.minor_digits),
    pontis.major(b.debits_posted, a.minor_digits), pontis.major(b.credits_pending, a.minor_digits),
    pontis.major(b.credits_posted, a.minor_digits), pontis.major(pontis.available(b), a.minor_digits)
FROM pontis.account a JOIN pontis.balance b ON b.account = a.id ORDER BY a.corridor, a.role, a.owner, a.currency;
