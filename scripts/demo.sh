#!/usr/bin/env bash
# Runs an example on the engine of this machine.
#
#   npm run demo                    in a terminal: plan, ask, apply live; elsewhere both examples, without asking
#   npm run demo -- multi-service   that example only
#   npm run demo -- --down          removes everything the demo created, including data
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"

readonly examples=(multi-service internal-tools)

fail() {
	printf 'demo: %s\n' "$*" >&2
	exit 1
}

# Everything runs in the folder of the example, as a user would run it.
compartment() {
	local example="$1"
	shift
	(cd "$root/examples/$example" && node "$root/dist/cli.mjs" "$@")
}

show_pages() {
	case "$1" in
	multi-service)
		node scripts/show-page.js multi-service / '<h1>'
		node scripts/show-page.js multi-service /api/status '"status":"ok"'
		;;
	internal-tools) node scripts/show-page.js internal-tools / '<li>' ;;
	esac
}

apply_in_terminal() {
	printf '\nCompartment now compares examples/%s with what runs on your engine, shows a plan, and applies it when you approve.\n\n' "$1"
	compartment "$1" apply
	printf '\nOpen http://%s.localhost:9080 (npm run demo -- --down removes everything)\n' "$1"
}

apply_unattended() {
	printf '\n$ cd examples/%s && compartment apply --auto-approve\n' "$1"
	compartment "$1" apply --auto-approve
	printf '\n'
	show_pages "$1"
}

# Lists the project's objects that are still on the engine, one per line.
list_leftovers() {
	local filter="label=compartment.project=$1"
	docker ps --all --filter "$filter" --format 'container {{.Names}}'
	docker network ls --filter "$filter" --format 'network {{.Name}}'
	docker volume ls --filter "$filter" --format 'volume {{.Name}}'
}

take_down() {
	local leftovers
	if [ ! -d "examples/$1/.compartment" ] && [ -z "$(list_leftovers "$1")" ]; then
		printf 'demo: %s is not there\n' "$1"
		return
	fi
	compartment "$1" destroy --delete-data --auto-approve
	leftovers="$(list_leftovers "$1")"
	[ -z "$leftovers" ] || fail "still there of $1:"$'\n'"$leftovers"
}

main() {
	local example down='' chosen=()
	for argument in "$@"; do
		case "$argument" in
		--down) down=yes ;;
		multi-service | internal-tools) chosen+=("$argument") ;;
		*) fail "unknown argument $argument (known: ${examples[*]}, --down)" ;;
		esac
	done

	export PATH="$root/node_modules/.bin:$PATH"
	if [ -n "$down" ]; then
		bash scripts/setup.sh packages engine build
		[ ${#chosen[@]} -gt 0 ] || chosen=("${examples[@]}")
		for example in "${chosen[@]}"; do take_down "$example"; done
		return
	fi

	bash scripts/setup.sh
	if [ -t 0 ] && [ -t 1 ]; then
		[ ${#chosen[@]} -gt 0 ] || chosen=(internal-tools)
		for example in "${chosen[@]}"; do apply_in_terminal "$example"; done
	else
		[ ${#chosen[@]} -gt 0 ] || chosen=("${examples[@]}")
		for example in "${chosen[@]}"; do apply_unattended "$example"; done
	fi
}

main "$@"
