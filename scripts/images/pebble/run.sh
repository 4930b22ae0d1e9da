#!/bin/sh
# Reads three lines of base64: configuration, certificate and key of the server. Ends with its standard input, so that
# nothing stays behind when the test that started it is killed.
set -e
for file in config.json cert.pem key.pem; do
	read -r line
	echo "$line" | base64 -d >"/tmp/$file"
done
pebble -config /tmp/config.json "$@" &
cat >/dev/null
