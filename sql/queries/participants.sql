SELECT code, legal_name, bic, lei, role, pontis.rfc3339(at) FROM pontis.participant ORDER BY code;
