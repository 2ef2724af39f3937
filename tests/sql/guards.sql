-- Guards raise, each with its own SQLSTATE: PF001 fenced, PF002 conflict, PF003 rows that make no sense.
BEGIN;
SELECT no_plan();

SELECT is(pontis.claim_worker('w'), 1::bigint, 'a new worker starts at epoch 1');
SELECT is(pontis.enter_worker('w', 1), 0::bigint, 'and batch 0');
SELECT lives_ok('SELECT pontis.guard_batch(''w'', 1, 1)');
SELECT throws_ok('SELECT pontis.guard_batch(''w'', 1, 1)', 'PF001', NULL, 'the same number again');
SELECT throws_ok('SELECT pontis.guard_batch(''w'', 1, 3)', 'PF001', NULL, 'a number left out');
SELECT throws_ok('SELECT pontis.guard_batch(''w'', 2, 2)', 'PF001', NULL, 'another epoch');
SELECT throws_ok('SELECT pontis.guard_batch(''v'', 1, 1)', 'PF001', NULL, 'nobody');
SELECT is(pontis.claim_worker('w'), 2::bigint, 'whoever comes next has another epoch');
SELECT is((SELECT batch FROM pontis.worker), 0::bigint, 'and starts counting anew');
SELECT throws_ok('SELECT pontis.enter_worker(''w'', 1)', 'PF001');
SELECT throws_ok('SELECT * FROM pontis.claim_lease(''shard:0'', ''w'', 1, 1000)', 'PF001', NULL, 'a fenced worker takes no lease');

SELECT results_eq('SELECT epoch, next_offset FROM pontis.claim_lease(''partition:t:i:0'', ''w'', 2, 1000)', 'VALUES (1::bigint, -1::bigint)');
SELECT lives_ok('SELECT pontis.guard_lease(''partition:t:i:0'', 1, ''w'')');
SELECT throws_ok('SELECT pontis.guard_lease(''partition:t:i:0'', 2, ''w'')', 'PF001');
SELECT throws_ok('SELECT pontis.guard_lease(''partition:t:i:0'', 1, ''v'')', 'PF001', NULL, 'held by another');
SELECT throws_ok('SELECT pontis.guard_lease(''partition:t:i:1'', 1, ''w'')', 'PF001', NULL, 'held by nobody');

CREATE FUNCTION pg_temp.move(a bigint, b bigint) RETURNS void LANGUAGE sql AS
    'SELECT pontis.guard_position(''partition:t:i:0'', ''t'', ''i'', 0, a, b, decode(repeat(''00'', 32), ''hex''))';
SELECT throws_ok('SELECT pg_temp.move(1, 2)', 'PF002', NULL, 'a partition starts at 0');
SELECT throws_ok('SELECT pg_temp.move(0, 0)', 'PF002', NULL, 'and moves on');
SELECT lives_ok('SELECT pg_temp.move(0, 5)');
SELECT throws_ok('SELECT pg_temp.move(0, 5)', 'PF002');
SELECT throws_ok('SELECT pg_temp.move(5, 4)', 'PF002', NULL, 'never back');
SELECT lives_ok('SELECT pg_temp.move(5, 6)');

SELECT lives_ok('SELECT pontis.guard_count(''rows'', 2, 2, ''PF002'')');
SELECT throws_ok('SELECT pontis.guard_count(''rows'', 1, 2, ''PF002'')', 'PF002', 'rows: 1 of 2 rows');
SELECT throws_ok('SELECT pontis.guard_count(''rows'', 3, 2, ''PF003'')', 'PF003');

SELECT * FROM finish();
ROLLBACK;
