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
	printf "ALTER USER root@localhost IDENTIFIED BY %s;\n" "$(quoted "$MYSQL_ROOT_PASSWORD")"
	printf "CREATE USER root@'%%' IDENTIFIED BY %s;\n" "$(quoted "$MYSQL_ROOT_PASSWORD")"
	printf "GRANT ALL ON *.* TO root@'%%' WITH GRANT OPTION;\n"
	[ -z "${MYSQL_DATABASE:-}" ] || printf 'CREATE DATABASE IF NOT EXISTS `%s`;\n' "$MYSQL_DATABASE"
	[ -z "${MYSQL_USER:-}" ] ||
		printf "CREATE USER %s@'%%' IDENTIFIED BY %s;\n" "$(quoted "$MYSQL_USER")" "$(quoted "$MYSQL_PASSWORD")"
	[ -z "${MYSQL_USER:-}" ] || [ -z "${MYSQL_DATABASE:-}" ] ||
		printf "GRANT ALL ON \`%s\`.* TO %s@'%%';\n" "${MYSQL_DATABASE//_/\\_}" "$(quoted "$MYSQL_USER")"
}

initialize() {
	[ -n "${MYSQL_ROOT_PASSWORD:-}" ] || die 'Database is uninitialized and password option is not specified'
	mysqld --initialize-insecure --datadir="$data"
	# No TCP until everything is in place: a probe of the port must not see a half-made database.
	mysqld --datadir="$data" --socket="$socket" --mysqlx=OFF --skip-networking &
	local server=$!
	for _ in $(seq 600); do
		mysqladmin --socket="$socket" --user=root ping >/dev/null 2>&1 && break
		sleep 0.1
	done
	statements | mysql --socket="$socket" --user=root
	kill "$server"
	wait "$server"
}

main() {
	[ "${1#-}" = "$1" ] || set -- mysqld "$@"
	if [ "$1" = mysqld ] && [ "$(id -u)" = 0 ]; then
		find "$data" \! -user mysql -exec chown mysql: '{}' +
		chown mysql: /run/mysqld
		exec setpriv --reuid=mysql --regid=mysql --init-groups "$0" "$@"
	fi
	if [ "$1" = mysqld ]; then
		[ -d "$data/mysql" ] || initialize
		set -- "$@" --datadir="$data" --socket="$socket" --secure-file-priv=/var/lib/mysql-files
	fi
	exec "$@"
}

main "$@"
