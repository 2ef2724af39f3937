-- Who owns what nobody brings, for how many seconds still; what was left an hour ago is history.
SELECT name, holder, epoch, round(extract(epoch FROM expires_at - now()), 1) FROM pontis.lease
WHERE expires_at > now() - interval '1 hour' ORDER BY name;
