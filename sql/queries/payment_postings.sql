SELECT pontis.rfc3339(t.at), t.phase, concat_ws(':', d.role, nullif(d.owner, '')), concat_ws(':', c.role, nullif(c.owner, '')),
    t.currency, pontis.major(t.amount, d.minor_digits)
FROM pontis.transfer t JOIN pontis.account d ON d.id = t.debit JOIN pontis.account c ON c.id = t.credit
WHERE t.instruction = $1::uuid ORDER BY t.id;
