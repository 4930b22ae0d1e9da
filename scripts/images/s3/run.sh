#!/bin/sh
# Ends with its standard input, so that nothing stays behind when the test that started it is killed.
python3 /usr/local/lib/serve.py "$1" &
cat >/dev/null
