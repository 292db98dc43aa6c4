#!/bin/sh
# Run once by the image of PostgreSQL, when its data folder is empty: the second database, and the role of public processes.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname published --command 'CREATE DATABASE "editorial"'
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname published --file /srv/public-role.sql
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname published --set password="$PUBLIC_PASSWORD" <<'SQL'
ALTER ROLE "portal_public" PASSWORD :'password';
SQL
