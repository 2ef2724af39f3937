-- Every worker, how many seconds ago it last prolonged a lease (which lasts $1 milliseconds), and its batches so far.
SELECT w.name, pontis.rfc3339(w.since), round(min(extract(epoch FROM now() - l.expires_at)) + $1::bigint / 1000.0, 1), w.batch
FROM pontis.worker w LEFT JOIN pontis.lease l ON l.holder = w.name AND l.holder_epoch = w.epoch
GROUP BY w.name, w.since, w.batch ORDER BY w.name;
