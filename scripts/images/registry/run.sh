#!/bin/sh
# Reads the user and the password, one line each. Ends with its standard input, so that nothing stays behind when the
# test that started it is killed.
set -e
read -r user
read -r password
printf '%s' "$password" | htpasswd -i -B -c /tmp/accounts "$user" 2>/dev/null
cat >/tmp/config.yml <<-END
	version: 0.1
	storage:
	  filesystem: {rootdirectory: /tmp/registry}
	http: {addr: "127.0.0.1:$1"}
	auth:
	  htpasswd: {realm: test, path: /tmp/accounts}
END
docker-registry serve /tmp/config.yml &
cat >/dev/null
