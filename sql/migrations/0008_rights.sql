-- The gateway's rights: history is only added to. Run again after every migration, for what is new and for roles made
-- since.
CREATE FUNCTION pontis.grant_rights() RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    REVOKE ALL ON ALL TABLES IN SCHEMA pontis FROM PUBLIC;
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA pontis FROM PUBLIC;
    GRANT USAGE ON SCHEMA pontis TO pontis_app;
    GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA pontis TO pontis_app;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pontis TO pontis_app;
    REVOKE INSERT ON pontis.migration FROM pontis_app;
    REVOKE EXECUTE ON FUNCTION pontis.grant_rights() FROM pontis_app;
    -- What stands as it is now, and work lists.
    GRANT UPDATE ON pontis.worker, pontis.lease, pontis.position, pontis.instruction, pontis.balance, pontis.delivery TO pontis_app;
    GRANT UPDATE (closed_at) ON pontis.case_ TO pontis_app;
    GRANT DELETE ON pontis.wallet_event_unpublished TO pontis_app;
    IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'pontis_auditor') THEN
        GRANT USAGE ON SCHEMA pontis TO pontis_auditor;
        GRANT SELECT ON ALL TABLES IN SCHEMA pontis TO pontis_auditor;
        GRANT EXECUTE ON FUNCTION pontis.rfc3339(timestamptz), pontis.major(numeric, int), pontis.available(pontis.balance) TO pontis_auditor;
    END IF;
END
$$;
