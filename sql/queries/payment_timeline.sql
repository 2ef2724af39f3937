SELECT pontis.rfc3339(at), from_state, to_state, event, verdict, nullif(reason, 'none') FROM pontis.transition
WHERE instruction = $1::uuid ORDER BY version, id;
