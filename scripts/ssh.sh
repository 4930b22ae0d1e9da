#!/usr/bin/env bash
# Sets up what the tests of engines over ssh need: an ssh client here, and the image of a machine with sshd.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"

if ! command -v ssh >/dev/null; then
	if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
		echo 'ssh: there is no ssh client; install OpenSSH and run this again' >&2
		exit 1
	fi
	echo 'ssh: installing openssh-client from Debian'
	apt-get -qq update
	DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends openssh-client >/dev/null
fi
exec bash images.sh compartment-test-sshd
