SELECT number, name, pontis.rfc3339(at) FROM pontis.migration ORDER BY number DESC LIMIT 1;
