#!/bin/bash
# Makes the data directory on the first start, as the official image does, then becomes the server.
set -euo pipefail

readonly data=/var/lib/mysql socket=/run/mysqld/mysqld.sock

die() {
	printf 'Error: %s\n' "$*" >&2
	exit 1
}

# A string in SQL.
quoted() { printf "'%s'" "$(printf %s "$1" | sed "s/\\\\/\\\\\\\\/g; s/'/''/g")"; }

statements() {
	printf "SET SQL_LOG_BIN=0;\nDROP USER IF EXISTS root@'127.0.0.1', root@'::1', root@'%s';\n" "$HOSTNAME"
	printf "ALTER USER root@localhost IDENTIFIED BY %s;\n" "$(quoted "$root_password")"
	printf "CREATE USER root@'%%' IDENTIFIED BY %s;\n" "$(quoted "$root_password")"
	printf "GRANT ALL ON *.* TO root@'%%' WITH GRANT OPTION;\n"
	[ -z "$database" ] || printf 'CREATE DATABASE IF NOT EXISTS `%s`;\n' "$database"
	[ -z "$user" ] || printf "CREATE USER %s@'%%' IDENTIFIED BY %s;\n" "$(quoted "$user")" "$(quoted "$password")"
	[ -z "$user" ] || [ -z "$database" ] ||
		printf "GRANT ALL ON \`%s\`.* TO %s@'%%';\n" "${database//_/\\_}" "$(quoted "$user")"
}

initialize() {
	root_password="${MARIADB_ROOT_PASSWORD:-${MYSQL_ROOT_PASSWORD:-}}"
	database="${MARIADB_DATABASE:-${MYSQL_DATABASE:-}}"
	user="${MARIADB_USER:-${MYSQL_USER:-}}"
	password="${MARIADB_PASSWORD:-${MYSQL_PASSWORD:-}}"
	[ -n "$root_password" ] || die 'Database is uninitialized and password option is not specified'
	mariadb-install-db --datadir="$data" --user=mysql --skip-test-db --auth-root-authentication-method=normal >/dev/null
	# No TCP until everything is in place: a probe of the port must not see a half-made database.
	mariadbd --datadir="$data" --socket="$socket" --skip-networking &
	local server=$!
	for _ in $(seq 300); do
		mariadb-admin --socket="$socket" --user=root ping >/dev/null 2>&1 && break
		sleep 0.1
	done
	statements | mariadb --socket="$socket" --user=root
	kill "$server"
	wait "$server"
}

main() {
	[ "${1#-}" = "$1" ] || set -- mariadbd "$@"
	if [ "$1" = mariadbd ] && [ "$(id -u)" = 0 ]; then
		find "$data" \! -user mysql -exec chown mysql: '{}' +
		chown mysql: /run/mysqld
		exec setpriv --reuid=mysql --regid=mysql --init-groups "$0" "$@"
	fi
	if [ "$1" = mariadbd ]; then
		[ -d "$data/mysql" ] || initialize
		set -- "$@" --datadir="$data" --socket="$socket" --bind-address='*'
	fi
	exec "$@"
}

main "$@"
