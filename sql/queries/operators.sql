SELECT name, role, participant, CASE WHEN active THEN 'yes' ELSE 'no' END, certificate, pontis.rfc3339(at)
FROM pontis.operator ORDER BY name;
