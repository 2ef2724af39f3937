-- Roles: the gateway adds to history and changes none of it; an auditor reads; nobody else sees anything.
BEGIN;
SELECT no_plan();

SELECT has_role('pontis_owner');
SELECT has_role('pontis_app');
SELECT has_role('pontis_auditor');

-- Every table is either history or one of those that stand as they are now; a new one must be put somewhere.
CREATE TEMP TABLE standing (name text, rights text[]);
INSERT INTO standing VALUES
    ('worker', '{UPDATE}'), ('lease', '{UPDATE}'), ('position', '{UPDATE}'), ('instruction', '{UPDATE}'),
    ('balance', '{UPDATE}'), ('delivery', '{UPDATE}'), ('wallet_event_unpublished', '{DELETE}');

SELECT is(
    ARRAY(SELECT r FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS r
          WHERE has_table_privilege('pontis_app', c.oid, r)),
    coalesce(s.rights, '{}'), 'what the gateway may change of ' || c.relname)
FROM pg_class c LEFT JOIN standing s ON s.name = c.relname
WHERE c.relnamespace = 'pontis'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname;

SELECT ok(has_table_privilege('pontis_app', c.oid, 'SELECT') AND (c.relname = 'migration') <> has_table_privilege('pontis_app', c.oid, 'INSERT'),
    'the gateway reads and adds to ' || c.relname)
FROM pg_class c WHERE c.relnamespace = 'pontis'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname;

SELECT ok(has_table_privilege('pontis_auditor', c.oid, 'SELECT')
        AND NOT has_table_privilege('pontis_auditor', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'),
    'an auditor reads ' || c.relname || ' and no more')
FROM pg_class c WHERE c.relnamespace = 'pontis'::regnamespace AND c.relkind IN ('r', 'p', 'v') ORDER BY c.relname;

SELECT ok(has_column_privilege('pontis_app', 'pontis.case_', 'closed_at', 'UPDATE')
        AND NOT has_column_privilege('pontis_app', 'pontis.case_', 'note', 'UPDATE'), 'a case is closed, not rewritten');
SELECT ok(has_column_privilege('pontis_app', 'pontis.operator', 'active', 'UPDATE')
        AND NOT has_column_privilege('pontis_app', 'pontis.operator', c, 'UPDATE'), 'an operator is suspended, and keeps the ' || c)
FROM unnest(ARRAY['name', 'role', 'certificate', 'participant']) AS c;
SELECT ok(has_column_privilege('pontis_app', 'pontis.approval', 'state', 'UPDATE')
        AND NOT has_column_privilege('pontis_app', 'pontis.approval', c, 'UPDATE'), 'an approval is decided, and keeps the ' || c)
FROM unnest(ARRAY['command', 'request', 'proposer', 'proposer_certificate', 'expires_at', 'base_version', 'changes']) AS c;
SELECT ok(NOT has_schema_privilege('pontis_app', 'pontis', 'CREATE'), 'the gateway makes no tables');
SELECT ok(NOT has_function_privilege('pontis_app', 'pontis.grant_rights()', 'EXECUTE'), 'nor does it grant');

CREATE ROLE passer_by;
SELECT ok(NOT has_schema_privilege('passer_by', 'pontis', 'USAGE'), 'who is nobody sees nothing');

-- And as the gateway itself sees it.
SET ROLE pontis_app;
SELECT throws_ok('UPDATE pontis.transition SET reason = ''x''', '42501');
SELECT throws_ok('DELETE FROM pontis.transfer', '42501');
SELECT throws_ok('TRUNCATE pontis.message', '42501');
SELECT throws_ok('DELETE FROM pontis.instruction', '42501');
SELECT throws_ok('DELETE FROM pontis.identity_00', '42501');
SELECT throws_ok('UPDATE pontis.command SET verdict = verdict', '42501');
SELECT throws_ok('DELETE FROM pontis.operator', '42501');
SELECT throws_ok('UPDATE pontis.participant SET legal_name = code', '42501');
SELECT throws_ok('UPDATE pontis.wallet_event SET body = ''''', '42501');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
