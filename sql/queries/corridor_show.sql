SELECT name, version, convert_from(document, 'UTF8') FROM pontis.corridor_version WHERE name = $1::text
ORDER BY version DESC LIMIT 1;
