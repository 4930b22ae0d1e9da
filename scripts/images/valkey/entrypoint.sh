#!/bin/sh
set -e
if [ "${1#-}" != "$1" ] || [ "${1%.conf}" != "$1" ]; then
	set -- valkey-server "$@"
fi
if [ "$1" = valkey-server ]; then
	# The network of the container is the boundary, as in the original.
	set -- "$@" --protected-mode no
	if [ "$(id -u)" = 0 ]; then
		find . \! -user valkey -exec chown valkey '{}' +
		exec setpriv --reuid=valkey --regid=valkey --init-groups "$@"
	fi
fi
exec "$@"
