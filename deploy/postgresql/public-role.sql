-- The role of the public processes: it reads the published database and can do nothing else, whatever the code does.
-- Run once as the owner of both databases or as a superuser, connected to the published one:
--     psql --dbname published --file deploy/postgresql/public-role.sql
-- "portal" owns the databases and runs the desk, "editorial" and "published" are their names; put in your own.
-- Give the role a password of its own: ALTER ROLE "portal_public" PASSWORD '…'.

CREATE ROLE "portal_public" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT CONNECTION LIMIT 100;

-- Nobody comes to the editorial database but who was let in; drafts and accounts are there.
REVOKE CONNECT, TEMPORARY ON DATABASE "editorial" FROM PUBLIC;
GRANT CONNECT ON DATABASE "editorial" TO "portal";

-- In the published one: reading, no temporary tables, nothing new.
REVOKE CONNECT, TEMPORARY ON DATABASE "published" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE "published" TO "portal";
GRANT CONNECT ON DATABASE "published" TO "portal_public";
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO "portal_public";
GRANT SELECT ON ALL TABLES IN SCHEMA public TO "portal_public";
ALTER DEFAULT PRIVILEGES FOR ROLE "portal" IN SCHEMA public GRANT SELECT ON TABLES TO "portal_public";

-- Beside its rights: what a fault in the code could hold up.
ALTER ROLE "portal_public" SET default_transaction_read_only = on;
ALTER ROLE "portal_public" SET statement_timeout = '5s';
ALTER ROLE "portal_public" SET idle_in_transaction_session_timeout = '30s';
