SELECT DISTINCT ON (name) name, version, convert_from(document, 'UTF8') FROM pontis.corridor_version
ORDER BY name, version DESC;
