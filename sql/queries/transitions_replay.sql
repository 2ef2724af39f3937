-- All that an auditor needs to decide anew and to check the leaves.
SELECT instruction, version, from_state, event, verdict, reason, to_state, corridor, corridor_version,
    pontis.rfc3339(at), record, encode(salt, 'hex'), encode(leaf, 'hex')
FROM (SELECT t.*, i.corridor FROM pontis.transition t JOIN pontis.instruction i ON i.id = t.instruction) t
ORDER BY instruction, version, id;
