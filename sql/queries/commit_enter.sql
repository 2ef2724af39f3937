-- A committing session begins: the number of the worker's last committed batch.
SELECT pontis.enter_worker($1::text, $2::bigint);
