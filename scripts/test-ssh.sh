#!/usr/bin/env bash
# Runs the tests of the engine through ssh: an sshd stands for another machine. Files that need a local engine are left out
# (test/docker/local-engine-only.ts). Arguments are passed to vitest: npm run test:ssh -- test/docker/canary.test.ts
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
bash ssh.sh
export COMPARTMENT_TEST_THROUGH=ssh
exec bash test.sh --project docker --project long "$@"
