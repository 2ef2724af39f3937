SELECT pontis.suspend_operator(u.name) FROM unnest($1::text[]) AS u (name);
