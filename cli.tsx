#!/usr/bin/env node
// Import nothing heavy here: each command loads what it needs, and `--version` loads nothing at all.
import {engines, version} from './package.json' with {type: 'json'};

const [first] = process.argv.slice(2);
// An older Node would fail in the middle of an apply, at the first feature that it lacks.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const [oldest = 0, oldestMinor = 0] = engines.node.slice('>='.length).split('.').map(Number);
const isTooOld = major < oldest || (major === oldest && minor < oldestMinor);
if (first === '--version' || first === '-V') {
	process.stdout.write(`${version}\n`);
} else if (isTooOld) {
	process.stderr.write(
		`Error: Compartment requires Node ${engines.node}, but this is Node ${process.versions.node}.\n`,
	);
	process.exitCode = 1;
} else {
	// Node prints no deprecation warnings about node_modules, and bundled packages deserve the same.
	process.noDeprecation = true;
	// Saves 6 to 9 ms from the second run on. Node's default folder is in /tmp, where other users could plant code.
	const {XDG_CACHE_HOME, HOME, LOCALAPPDATA} = process.env;
	const caches = XDG_CACHE_HOME || LOCALAPPDATA || (HOME && `${HOME}/.cache`);
	if (caches) process.getBuiltinModule('node:module').enableCompileCache?.(`${caches}/compartment/compiled`);
	const {main} = await import('./source/commands/main.ts');
	await main(process.argv.slice(2), version);
}
