#!/usr/bin/env node
// Nothing heavy is imported here: every command loads what it needs, and `--version` loads nothing at all.
import {engines, version} from './package.json' with {type: 'json'};

const [first] = process.argv.slice(2);
// An older Node runs into what it lacks in the middle of an apply.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const [oldest = 0, oldestMinor = 0] = engines.node.slice('>='.length).split('.').map(Number);
const isTooOld = major < oldest || (major === oldest && minor < oldestMinor);
if (first === '--version' || first === '-V') {
	process.stdout.write(`${version}\n`);
} else if (isTooOld) {
	process.stderr.write(`Error: Compartment needs Node ${engines.node}; this is ${process.versions.node}.\n`);
	process.exitCode = 1;
} else {
	// Packages in node_modules are never warned about; bundled ones are the same packages.
	process.noDeprecation = true;
	// Worth 6 to 9 ms from the second run on. The default folder is below /tmp, where others could leave code for us.
	const {XDG_CACHE_HOME, HOME, LOCALAPPDATA} = process.env;
	const caches = XDG_CACHE_HOME || LOCALAPPDATA || (HOME && `${HOME}/.cache`);
	if (caches) process.getBuiltinModule('node:module').enableCompileCache?.(`${caches}/compartment/compiled`);
	const {main} = await import('./source/commands/main.ts');
	await main(process.argv.slice(2), version);
}
