SELECT id, instruction, corridor, cause, note, pontis.rfc3339(at) FROM pontis.case_ WHERE closed_at IS NULL ORDER BY at, id;
