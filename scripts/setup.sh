#!/usr/bin/env bash
# Sets up what the demo and the tests need: packages, an engine, images and the built command
# line. Completed steps are skipped silently.
#
#   scripts/setup.sh                 all steps
#   scripts/setup.sh packages build  only these
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"

say() { printf 'setup: %s\n' "$*"; }

# npm writes its own copy of the lock file last, so an interrupted install counts as missing.
packages_are_current() {
	[ -e node_modules/.package-lock.json ] &&
		[ ! package-lock.json -nt node_modules/.package-lock.json ]
}

packages() {
	packages_are_current && return
	say 'installing packages'
	npm ci --no-audit --no-fund --loglevel=error
}

engine() { bash scripts/engine.sh; }

images() { bash scripts/images.sh; }

# Compares folders too: their time changes when a file is removed.
build_is_current() {
	local sources=(cli.tsx source scripts vite.config.ts tsconfig.json package.json package-lock.json)
	[ -e dist/cli.mjs ] && [ -z "$(find "${sources[@]}" -newer dist/cli.mjs -print -quit)" ]
}

build() {
	build_is_current && return
	say 'building dist/cli.mjs'
	if ! npm run --silent build; then
		rm -f dist/cli.mjs
		return 1
	fi
}

steps=("$@")
[ ${#steps[@]} -gt 0 ] || steps=(packages engine images build)
for step in "${steps[@]}"; do
	case "$step" in
	packages | engine | images | build) "$step" ;;
	*)
		printf 'setup: unknown step %s\n' "$step" >&2
		exit 1
		;;
	esac
done
