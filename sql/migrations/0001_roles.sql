-- Who may do what. The owner makes the schema, the gateway works in it and can change no history, an auditor reads.
-- Roles belong to the whole cluster: they are made here only where that is allowed.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['pontis_owner', 'pontis_app', 'pontis_auditor'] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted);
        BEGIN
            EXECUTE format(CASE wanted WHEN 'pontis_app' THEN 'CREATE ROLE %I LOGIN' ELSE 'CREATE ROLE %I' END, wanted);
        EXCEPTION
            WHEN insufficient_privilege THEN
                RAISE NOTICE 'role % is missing and may not be made here', wanted;
        END;
    END LOOP;
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'pontis_app') THEN
        RAISE EXCEPTION 'role pontis_app is missing: CREATE ROLE pontis_app LOGIN';
    END IF;
END
$$;

CREATE SCHEMA IF NOT EXISTS pontis;

-- One text form each for instants and amounts.
CREATE FUNCTION pontis.rfc3339(at timestamptz) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

-- Minor units as a decimal of major units, all digits printed; multiplication, because it is exact.
CREATE FUNCTION pontis.major(minor_units numeric, minor_digits int) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (minor_units * ('1e-' || greatest(minor_digits, 0))::numeric)::text;
