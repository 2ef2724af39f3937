-- One text form each for instants and amounts.
BEGIN;
SELECT no_plan();
SET TimeZone = 'Asia/Bangkok';
SELECT is(pontis.rfc3339('2026-11-24 20:45:00.1239+07'), '2026-11-24T13:45:00.123Z', 'UTC with milliseconds, cut');
SELECT is(pontis.rfc3339(NULL), NULL);
SELECT is(pontis.major(1230, 2), '12.30');
SELECT is(pontis.major(5, 2), '0.05');
SELECT is(pontis.major(-5, 2), '-0.05');
SELECT is(pontis.major(0, 2), '0.00');
SELECT is(pontis.major(260000, 0), '260000', 'yen have no decimals');
SELECT is(pontis.major(1, 3), '0.001');
SELECT is(pontis.major(260000, -1), '260000', 'a currency nobody knows');
SELECT is(pontis.major(9223372036854775807, 2), '92233720368547758.07', 'every digit of the largest amount');
SELECT is(pontis.major(9223372036854775807::numeric * 1000, 3), '9223372036854775807.000', 'and of sums beyond it');
SELECT * FROM finish();
ROLLBACK;
