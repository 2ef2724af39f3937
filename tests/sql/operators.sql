-- Whose things are; who may order; what was decided stays decided.
BEGIN;
SELECT no_plan();

-- Whom a corridor speaks of is enrolled with its rules, whoever stores them.
CREATE FUNCTION pg_temp.document(providers text[]) RETURNS bytea LANGUAGE sql AS $$
    SELECT convert_to(E'corridor.name=c\ncorridor.home.name=Bank \\\\ One\ncorridor.home.bic=AAAASGSG\ncorridor.peer.name=Bank Two\n'
        'corridor.peer.bic=BBBBTHBK\n' || coalesce(string_agg('corridor.fx_provider_' || n || '=' || p, E'\n' ORDER BY n), '') || E'\n', 'UTF8')
    FROM unnest(providers) WITH ORDINALITY AS u (p, n)
$$;
INSERT INTO pontis.corridor_version VALUES ('c', 1, pg_temp.document('{P}'), repeat('h', 32)::bytea, 'ann', now());
SELECT results_eq('SELECT code, legal_name, bic, role FROM pontis.participant ORDER BY code',
    $$VALUES ('AAAASGSG', 'Bank \ One', 'AAAASGSG', 'operator_bank'), ('BBBBTHBK', 'Bank Two', 'BBBBTHBK', 'correspondent_bank'),
             ('P', 'P', NULL, 'fx_provider')$$);
INSERT INTO pontis.corridor_version VALUES ('c', 2, pg_temp.document('{P,Q}'), repeat('h', 32)::bytea, 'ann', now());
SELECT is((SELECT count(*)::int FROM pontis.participant), 4, 'and nobody twice');

-- Every account belongs to somebody.
INSERT INTO pontis.account (corridor, role, owner, currency, minor_digits) VALUES ('c', 'DOMESTIC', '', 'SGD', 2), ('c', 'FX', 'P', 'SGD', 2),
    ('c', 'FOREIGN_PREFUND', '', 'THB', 2), ('c', 'PEER_PREFUND', '', 'SGD', 2), ('c', 'FUNDING', '', 'THB', 2);
SELECT results_eq('SELECT role, participant FROM pontis.account ORDER BY role',
    $$VALUES ('DOMESTIC', 'AAAASGSG'), ('FOREIGN_PREFUND', 'AAAASGSG'), ('FUNDING', 'AAAASGSG'), ('FX', 'P'), ('PEER_PREFUND', 'BBBBTHBK')$$);
SELECT throws_ok($$INSERT INTO pontis.account (corridor, role, owner, currency, minor_digits) VALUES ('c', 'FX', 'R', 'SGD', 2)$$, '23503', NULL, 'a position of nobody enrolled');
SELECT throws_ok($$INSERT INTO pontis.account (corridor, role, owner, currency, minor_digits) VALUES ('d', 'DOMESTIC', '', 'SGD', 2)$$, '23502', NULL, 'a corridor without rules');
SELECT throws_ok($$INSERT INTO pontis.rate VALUES (gen_random_uuid(), 'c', 'R', 'SGD', 'THB', 1, 0, 'infinity', 'ann', now())$$, '23503', NULL, 'a rate of nobody enrolled');
SELECT throws_ok($$UPDATE pontis.participant SET lei = 'short' WHERE code = 'P'$$, '23514');

-- Operators.
CREATE FUNCTION pg_temp.add(name text, role text, certificate text) RETURNS void LANGUAGE sql AS
    'INSERT INTO pontis.operator (name, role, certificate) VALUES (name, role, repeat(certificate, 64))';
SELECT lives_ok($$SELECT pg_temp.add('ann', 'operator', 'a')$$);
SELECT lives_ok($$SELECT pg_temp.add('bob', 'operator', 'b')$$);
SELECT lives_ok($$SELECT pg_temp.add('eve', 'auditor', 'e')$$);
SELECT throws_ok($$SELECT pg_temp.add('ann', 'operator', 'c')$$, '23505', NULL, 'a name twice');
SELECT throws_ok($$SELECT pg_temp.add('cat', 'operator', 'a')$$, '23505', NULL, 'a certificate twice');
SELECT throws_ok($$SELECT pg_temp.add('cat', 'owner', 'c')$$, '23514', NULL, 'a role nobody knows');
SELECT throws_ok($$SELECT pg_temp.add('c at', 'operator', 'c')$$, '23514', NULL, 'a name of two words');
SELECT throws_ok($$SELECT pg_temp.add('cat', 'operator', 'C')$$, '23514', NULL, 'no fingerprint');
SELECT throws_ok($$SELECT pontis.suspend_operator('ann')$$, 'PF002', NULL, 'two are left');
SELECT is((SELECT active FROM pontis.operator WHERE name = 'ann'), true);
SELECT lives_ok($$SELECT pontis.suspend_operator('eve')$$, 'an auditor is not one of them');
SELECT throws_ok($$SELECT pontis.suspend_operator('eve')$$, 'PF002', NULL, 'only once');
SELECT throws_ok($$SELECT pontis.suspend_operator('nobody')$$, 'PF002');
SELECT lives_ok($$SELECT pg_temp.add('cat', 'operator', 'c')$$);
SELECT lives_ok($$SELECT pontis.suspend_operator('ann')$$);
SELECT lives_ok($$SELECT pontis.guard_operators('{bob,cat}')$$);
SELECT throws_ok($$SELECT pontis.guard_operators('{bob,ann}')$$, 'PF002', NULL, 'who is suspended orders nothing');
SELECT throws_ok($$SELECT pontis.guard_operators('{nobody}')$$, 'PF002');

-- Approvals.
CREATE FUNCTION pg_temp.propose(id int) RETURNS void LANGUAGE sql AS $$
    INSERT INTO pontis.approval (id, command, corridor, request, proposer, proposer_certificate, proposed_at, expires_at, base_version, changes)
    VALUES (lpad(id::text, 32, '0')::uuid, 'corridor.apply', 'c', 'x', 'bob', repeat('b', 64), now(), now() + interval '1 day', 1, '[]') $$;
SELECT pg_temp.propose(n) FROM generate_series(1, 3) AS n;
CREATE FUNCTION pg_temp.decide(n int, how text, who text) RETURNS void LANGUAGE sql AS
    'UPDATE pontis.approval SET state = how, decided_by = who, decided_at = now() WHERE id = lpad(n::text, 32, ''0'')::uuid';
SELECT throws_ok($$SELECT pg_temp.decide(1, 'approved', 'bob')$$, '23514', NULL, 'four eyes');
SELECT throws_ok($$SELECT pg_temp.decide(1, 'approved', NULL)$$, '23514', NULL, 'decided by nobody');
SELECT throws_ok($$SELECT pg_temp.decide(1, 'open', 'cat')$$, '23514', NULL, 'open and decided');
SELECT throws_ok($$SELECT pg_temp.decide(1, 'lost', 'cat')$$, '23514', NULL, 'a state nobody knows');
SELECT lives_ok($$SELECT pg_temp.decide(1, 'approved', 'cat')$$);
SELECT lives_ok($$SELECT pg_temp.decide(2, 'refused', 'bob')$$, 'one''s own may be taken back');
SELECT lives_ok($$SELECT pg_temp.decide(3, 'expired', 'cat')$$);
SELECT throws_ok(format('SELECT pg_temp.decide(%s, %L, ''cat'')', n, state), '23514', NULL, 'what is decided stays so: ' || n || ' ' || state)
FROM generate_series(1, 3) AS n, unnest(ARRAY['open', 'approved', 'refused', 'expired']) AS state;

SELECT * FROM finish();
ROLLBACK;
