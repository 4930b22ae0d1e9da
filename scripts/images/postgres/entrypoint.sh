#!/bin/bash
# Creates the cluster on the first start, as the official image does, then becomes the server.
set -euo pipefail

die() {
	printf 'Error: %s\n' "$*" >&2
	exit 1
}

# NAME, or the content of the file that NAME_FILE names, or a default.
read_setting() {
	local name="$1" file="${1}_FILE"
	if [ -n "${!name:-}" ] && [ -n "${!file:-}" ]; then
		die "both $name and $file are set (but are exclusive)"
	fi
	if [ -n "${!file:-}" ]; then
		export "$name=$(<"${!file}")"
	else
		export "$name=${!name:-${2:-}}"
	fi
}

become_postgres() {
	mkdir -p "$PGDATA"
	find "$PGDATA" \! -user postgres -exec chown postgres '{}' +
	chmod 700 "$PGDATA"
	exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
}

create_cluster() {
	local arguments=()
	[ -z "${POSTGRES_INITDB_ARGS:-}" ] || read -ra arguments <<<"$POSTGRES_INITDB_ARGS"
	initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") "${arguments[@]}"
	# What initdb writes is for one machine; this server is for the other containers.
	printf "\nlisten_addresses = '*'\nunix_socket_directories = '/run/postgresql'\n" >>"$PGDATA/postgresql.conf"
	printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
}

run_sql() {
	PGPASSWORD="$POSTGRES_PASSWORD" psql --no-psqlrc -v ON_ERROR_STOP=1 --no-password \
		--host /run/postgresql --username "$POSTGRES_USER" "$@"
}

create_database() {
	[ "$POSTGRES_DB" = postgres ] && return
	run_sql --dbname postgres --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db";'
}

run_script() {
	if [ -x "$1" ]; then
		"$1"
	else
		# shellcheck source=/dev/null
		. "$1"
	fi
}

run_init_files() {
	local file
	for file in /docker-entrypoint-initdb.d/*; do
		case "$file" in
		*.sh) run_script "$file" ;;
		*.sql) run_sql --dbname "$POSTGRES_DB" --file "$file" ;;
		*.sql.gz) gunzip -c "$file" | run_sql --dbname "$POSTGRES_DB" ;;
		esac
	done
}

initialize() {
	if [ -z "$POSTGRES_PASSWORD" ] && [ "${POSTGRES_HOST_AUTH_METHOD:-}" != trust ]; then
		die 'Database is uninitialized and superuser password is not specified. Set POSTGRES_PASSWORD to a non-empty value.'
	fi
	create_cluster
	# No TCP until everything is in place: a probe of the port must not see a half-made database.
	pg_ctl -D "$PGDATA" -w start -o "-c listen_addresses='' -p 5432 -k /run/postgresql"
	create_database
	run_init_files
	pg_ctl -D "$PGDATA" -m fast -w stop
	printf '\nPostgreSQL init process complete; ready for start up.\n\n'
}

main() {
	if [ "${1#-}" != "$1" ]; then
		set -- postgres "$@"
	fi
	if [ "$1" = postgres ]; then
		[ "$(id -u)" -ne 0 ] || become_postgres "$@"
		read_setting POSTGRES_PASSWORD
		read_setting POSTGRES_USER postgres
		read_setting POSTGRES_DB "$POSTGRES_USER"
		if [ ! -s "$PGDATA/PG_VERSION" ]; then
			initialize
		fi
		exec "$@"
	fi
	exec "$@"
}

main "$@"
