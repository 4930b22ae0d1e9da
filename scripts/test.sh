#!/usr/bin/env bash
# Runs the set-up, then the tests. Arguments are passed to vitest: npm test -- test/plan
# Without a choice of projects, those of `npm run test:long` are left out.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash scripts/setup.sh
export PATH="$PWD/node_modules/.bin:$PATH"
case " $*" in
*" --project"* | *" --config"*) exec vitest run "$@" ;;
*) exec vitest run --project '!long' "$@" ;;
esac
