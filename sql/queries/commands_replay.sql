-- All that an auditor needs to judge every order anew and to check the leaves.
SELECT id, name, verdict, reason, record, encode(salt, 'hex'), encode(leaf, 'hex') FROM pontis.command ORDER BY id;
