-- Books that balance by construction, whoever writes them.
BEGIN;
SELECT no_plan();

INSERT INTO pontis.participant (code, legal_name, role) VALUES ('MASGSGSG', 'MAS', 'operator_bank'), ('P', 'P', 'fx_provider');
ALTER TABLE pontis.account ALTER participant SET DEFAULT 'MASGSGSG';
INSERT INTO pontis.account (corridor, role, owner, currency, minor_digits) VALUES
    ('c', 'DOMESTIC', '', 'SGD', 2), ('c', 'FX', 'P', 'SGD', 2), ('c', 'FX', 'P', 'THB', 2), ('c', 'FOREIGN_PREFUND', '', 'THB', 2),
    ('c', 'PEER_PREFUND', '', 'SGD', 2);
INSERT INTO pontis.balance (account, role) SELECT id, role FROM pontis.account;
CREATE FUNCTION pg_temp.account(wanted text, wanted_currency text) RETURNS int LANGUAGE sql AS
    'SELECT id FROM pontis.account WHERE role = wanted AND currency = wanted_currency';
CREATE FUNCTION pg_temp.transfer(debit int, credit int, currency text, amount bigint) RETURNS void LANGUAGE sql AS
    'INSERT INTO pontis.transfer VALUES (gen_random_uuid(), NULL, ''direct'', debit, credit, currency, amount, now())';

SELECT lives_ok($$SELECT pg_temp.transfer(pg_temp.account('DOMESTIC', 'SGD'), pg_temp.account('FX', 'SGD'), 'SGD', 1)$$);
SELECT throws_ok($$SELECT pg_temp.transfer(pg_temp.account('DOMESTIC', 'SGD'), pg_temp.account('FX', 'THB'), 'SGD', 1)$$, '23503', NULL, 'two currencies');
SELECT throws_ok($$SELECT pg_temp.transfer(pg_temp.account('DOMESTIC', 'SGD'), pg_temp.account('FX', 'SGD'), 'THB', 1)$$, '23503', NULL, 'the wrong currency');
SELECT throws_ok($$SELECT pg_temp.transfer(pg_temp.account('DOMESTIC', 'SGD'), pg_temp.account('FX', 'SGD'), 'SGD', 0)$$, '23514', NULL, 'nothing');
SELECT throws_ok($$SELECT pg_temp.transfer(pg_temp.account('DOMESTIC', 'SGD'), pg_temp.account('FX', 'SGD'), 'SGD', -1)$$, '23514', NULL, 'less than nothing');
SELECT throws_ok($$SELECT pg_temp.transfer(pg_temp.account('DOMESTIC', 'SGD'), pg_temp.account('DOMESTIC', 'SGD'), 'SGD', 1)$$, '23514', NULL, 'to itself');

SELECT throws_ok($$INSERT INTO pontis.account (corridor, role, owner, currency, minor_digits) VALUES ('c', 'DOMESTIC', '', 'SGD', 2)$$, '23505', NULL, 'an account twice');
SELECT throws_ok($$INSERT INTO pontis.account (corridor, role, owner, currency, minor_digits) VALUES ('c', 'FX', '', 'SGD', 2)$$, '23514', NULL, 'a position of nobody');
SELECT throws_ok($$INSERT INTO pontis.account (corridor, role, owner, currency, minor_digits) VALUES ('c', 'NOSTRO', '', 'SGD', 2)$$, '23514', NULL, 'a role nobody knows');
SELECT throws_ok($$UPDATE pontis.balance SET role = 'DOMESTIC' WHERE role = 'PEER_PREFUND'$$, '23503', NULL, 'a balance cannot leave its guard by another role');

SELECT throws_ok($$UPDATE pontis.balance SET credits_pending = 1 WHERE role = 'FOREIGN_PREFUND'$$, '23514', NULL, 'money at the peer is not overdrawn');
SELECT throws_ok($$UPDATE pontis.balance SET credits_posted = 1 WHERE role = 'FOREIGN_PREFUND'$$, '23514');
SELECT throws_ok($$UPDATE pontis.balance SET debits_pending = 1 WHERE role = 'PEER_PREFUND'$$, '23514', NULL, 'nor is the peer''s money with us');
SELECT lives_ok($$UPDATE pontis.balance SET debits_posted = 5, credits_pending = 3, credits_posted = 2 WHERE role = 'FOREIGN_PREFUND'$$);
SELECT is((SELECT pontis.available(b) FROM pontis.balance b WHERE role = 'FOREIGN_PREFUND'), 0::numeric);
SELECT throws_ok($$UPDATE pontis.balance SET debits_pending = -1 WHERE role = 'DOMESTIC'$$, '23514');

SELECT is((SELECT count(*)::int FROM pontis.ledger_check), 3, 'counters that no transfer made are found');

SELECT * FROM finish();
ROLLBACK;
