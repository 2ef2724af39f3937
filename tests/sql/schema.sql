-- What the schema must have whatever migration comes next.
BEGIN;
SELECT no_plan();

SELECT is((SELECT partstrat::text FROM pg_partitioned_table WHERE partrelid = 'pontis.identity'::regclass), 'h',
    'names that are unique for ever are partitioned by hash');
SELECT is((SELECT count(*)::int FROM pg_inherits WHERE inhparent = 'pontis.identity'::regclass), 16);

-- Work lists: an index that finished payments are not in.
SELECT ok((SELECT indpred IS NOT NULL FROM pg_index WHERE indexrelid = ('pontis.' || name)::regclass), name || ' is partial')
FROM unnest(ARRAY['instruction_due', 'instruction_waiting', 'delivery_undelivered', 'case_open', 'input_inbox', 'approval_open']) AS name;

SELECT is((SELECT attcompression::text FROM pg_attribute WHERE attrelid = ('pontis.' || t)::regclass AND attname = c), 'l',
    t || '.' || c || ' is compressed with lz4')
FROM (VALUES ('message_body', 'body'), ('input_payload', 'body'), ('transition', 'record'), ('instruction', 'content'),
    ('wallet_event', 'body'), ('command', 'record')) AS v (t, c);

-- Instants have a zone; money is never a floating number.
SELECT is((SELECT count(*)::int FROM information_schema.columns
    WHERE table_schema = 'pontis' AND data_type IN ('timestamp without time zone', 'real', 'double precision', 'money')), 0);

-- Every constraint is in force.
SELECT is((SELECT count(*)::int FROM pg_constraint WHERE connamespace = 'pontis'::regnamespace AND NOT convalidated), 0);

SELECT fk_ok('pontis', 'transfer', ARRAY['debit', 'currency'], 'pontis', 'account', ARRAY['id', 'currency']);
SELECT fk_ok('pontis', 'transfer', ARRAY['credit', 'currency'], 'pontis', 'account', ARRAY['id', 'currency']);
SELECT fk_ok('pontis', 'balance', ARRAY['account', 'role'], 'pontis', 'account', ARRAY['id', 'role']);
SELECT fk_ok('pontis', 'position', 'lease', 'pontis', 'lease', 'name');
SELECT fk_ok('pontis', 'account', 'participant', 'pontis', 'participant', 'code');
SELECT fk_ok('pontis', 'rate', 'provider', 'pontis', 'participant', 'code');
SELECT fk_ok('pontis', 'quote', 'provider', 'pontis', 'participant', 'code');
SELECT fk_ok('pontis', 'command', 'operator', 'pontis', 'operator', 'name');
SELECT col_not_null('pontis', 'account', 'participant', 'every account belongs to somebody');
SELECT fk_ok('pontis', 'quote_use', 'quote', 'pontis', 'quote', 'id');

-- Finals.
INSERT INTO pontis.instruction SELECT gen_random_uuid(), 'c', 'outbound', 'payment', gen_random_uuid(), state, 1, NULL, '', '',
    'SGD', 2, 1, 'THB', 2, 1, now(), '' FROM unnest(ARRAY['SETTLED', 'CREDITED', 'REJECTED', 'BLOCKED', 'CANCELLED', 'SENT']) AS state;
SELECT throws_ok(format('UPDATE pontis.instruction SET state = ''IN_DOUBT'' WHERE state = %L', state), '23514', NULL, state || ' stays')
FROM unnest(ARRAY['SETTLED', 'CREDITED', 'REJECTED', 'BLOCKED', 'CANCELLED']) AS state;
SELECT lives_ok('UPDATE pontis.instruction SET state = ''IN_DOUBT'' WHERE state = ''SENT''');
SELECT throws_ok('UPDATE pontis.instruction SET state = ''LOST'' WHERE state = ''IN_DOUBT''', '23514', NULL, 'a state nobody knows');

SELECT * FROM finish();
ROLLBACK;
