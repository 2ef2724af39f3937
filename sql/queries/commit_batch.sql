-- The fence: worker, its epoch, the number of this batch.
SELECT pontis.guard_batch($1::text, $2::bigint, $3::bigint);
