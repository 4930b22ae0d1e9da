#!/usr/bin/env bash
# Unpacks docker compose and buildx of Debian trixie into a folder that serves as DOCKER_CONFIG.
# Nothing is installed: apt uses its own lists inside that folder.
#
#   bench/peers.sh /tmp/peers && DOCKER_CONFIG=/tmp/peers docker compose version
set -euo pipefail

readonly folder="${1:?which folder}"
readonly keyring=/usr/share/keyrings/debian-archive-keyring.gpg
readonly work="$folder/work"

command -v apt-get dpkg >/dev/null || {
	echo 'apt-get is needed to fetch docker compose; see docker.com for how to install it' >&2
	exit 1
}

mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$folder/cli-plugins"
# shellcheck disable=SC2016 # these are fields of apt, not variables of the shell
mirror="$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian //p' | sed -n 1p)"
echo "deb [signed-by=$keyring] ${mirror:-http://deb.debian.org/debian} trixie main" >"$work/sources.list"

apt() {
	apt-get -qq -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::State="$work/state" -o Dir::Cache="$work/cache" -o APT::Sandbox::User= "$@"
}

cd "$work"
apt update
apt download docker-compose docker-buildx
for package in ./*.deb; do dpkg -x "$package" unpacked; done
cp unpacked/usr/libexec/docker/cli-plugins/* "$folder/cli-plugins/"
rm -r "$work"
