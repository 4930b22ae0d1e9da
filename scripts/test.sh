#!/usr/bin/env bash
# Runs the set-up, then the tests. Arguments are passed to vitest: npm test -- test/plan
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash scripts/setup.sh
export PATH="$PWD/node_modules/.bin:$PATH"
exec vitest run "$@"
