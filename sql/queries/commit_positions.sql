-- Compare-and-set of consumed partitions, each under its lease.
SELECT pontis.guard_lease(p.lease, p.epoch, $9::text),
    pontis.guard_position(p.lease, p.topic, p.incarnation, p.partition, p.offset_from, p.offset_to, p.hash)
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::bigint[], $8::bytea[])
    AS p (lease, epoch, topic, incarnation, partition, offset_from, offset_to, hash);
