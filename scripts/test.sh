#!/usr/bin/env bash
# The set-up, then the tests; arguments go to vitest: npm test -- test/plan
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash scripts/setup.sh
export PATH="$PWD/node_modules/.bin:$PATH"
exec vitest run "$@"
