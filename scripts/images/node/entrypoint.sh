#!/bin/sh
set -e
# `docker run node:24-slim --version` and `… script.js` mean node, anything else is a command.
if [ "${1#-}" != "$1" ] || ! command -v "$1" >/dev/null; then
	set -- node "$@"
fi
exec "$@"
