#!/usr/bin/env bash
# Makes a release: checks everything, moves what is unreleased in CHANGELOG.md below the version, commits and tags.
#
#   scripts/release.sh 0.2.0
#
# Nothing is pushed or published; the last lines say how.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
	printf 'release: %s\n' "$*" >&2
	exit 1
}

version=${1:-}
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] || fail 'give a version, such as 0.2.0'
[ -z "$(git status --porcelain)" ] || fail 'commit your changes first'
git rev-parse --quiet --verify "refs/tags/v$version" >/dev/null && fail "v$version exists already"
grep -q '^### ' <(sed -n '/^## \[Unreleased\]/,/^## \[[0-9]/p' CHANGELOG.md) || fail 'CHANGELOG.md has nothing unreleased'

bash .ci/run

npm version --no-git-tag-version --allow-same-version "$version" >/dev/null
node -e '
	const {readFileSync, writeFileSync} = require("node:fs");
	const [, version, day] = process.argv;
	const text = readFileSync("CHANGELOG.md", "utf8");
	writeFileSync("CHANGELOG.md", text.replace("## [Unreleased]\n", `## [Unreleased]\n\n## [${version}] - ${day}\n`));
' "$version" "$(date -u +%F)"
npm run --silent build
npm pack --dry-run --ignore-scripts
git commit --quiet --all --message "Release $version"
git tag --annotate "v$version" --message "Compartment $version"

printf '\nPublish it:\n  git push --follow-tags\n  npm publish\n'
