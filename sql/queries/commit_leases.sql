-- Lease names (in order) and epochs, the worker.
SELECT pontis.guard_lease(l.name, l.epoch, $3::text) FROM unnest($1::text[], $2::bigint[]) AS l (name, epoch);
