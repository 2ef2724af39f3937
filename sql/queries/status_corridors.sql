-- Every corridor as its newest version has it.
SELECT DISTINCT ON (name) name, version,
    CASE pontis.corridor_value(document, 'corridor.open') WHEN 'true' THEN 'open' ELSE 'closed' END, operator, pontis.rfc3339(at)
FROM pontis.corridor_version ORDER BY name, version DESC;
