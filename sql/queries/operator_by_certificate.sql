-- Whose certificate it is, who may use the API now.
SELECT name, role FROM pontis.operator WHERE certificate = $1::text AND active;
