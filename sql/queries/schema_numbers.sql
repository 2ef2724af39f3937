-- The schema's number, and the oldest program that works with what is newer than migration $1 (0: nothing is).
SELECT coalesce(max(number), 0),
    coalesce(max(coalesce((to_jsonb(m) ->> 'compatible_from')::int, number)) FILTER (WHERE number > $1::int), 0)
FROM pontis.migration m;
