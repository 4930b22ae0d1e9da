#!/usr/bin/env node
// Nothing heavy is imported here: every command loads what it needs, and `--version` loads nothing at all.
import {version} from './package.json' with {type: 'json'};

const [first] = process.argv.slice(2);
if (first === '--version' || first === '-V') {
	process.stdout.write(`${version}\n`);
} else {
	// Worth 6 to 9 ms from the second run on.
	process.getBuiltinModule('node:module').enableCompileCache?.();
	const {main} = await import('./source/commands/main.ts');
	await main(process.argv.slice(2), version);
}
