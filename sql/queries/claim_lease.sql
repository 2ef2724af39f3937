-- Name, worker, its epoch, milliseconds it is to last. No row: ask again.
SELECT epoch, next_offset, encode(last_hash, 'hex')
FROM pontis.claim_lease($1::text, $2::text, $3::bigint, $4::bigint);
