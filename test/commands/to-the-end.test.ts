import {spawnSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {expect, it} from 'vitest';

const program = fileURLToPath(new URL('fixtures/ending.ts', import.meta.url));

it.each([
	['well', 0, /^$/],
	['never', 1, /^Error: this is a bug in Compartment: the command ended without a result\n/],
	['refused', 1, /^Error: the file is gone\n {2}bring it back\n$/],
	['defect', 1, /^Error: this is a bug in Compartment: x is not a function\n[\s\S]*the version, 1\.2\.3\.\n$/],
	['in a timer', 1, /^Error: the disk is full\n$/],
	['in a promise', 1, /^Error: the engine is gone\n$/],
	['with work left', 1, /^Error: the engine does not answer\n$/],
])('a command that ends %s has exit code %d and a message', (way, exitCode, message) => {
	const env = {...process.env, NO_COLOR: '1'};
	const {status, stderr} = spawnSync(process.execPath, [program, way], {encoding: 'utf8', timeout: 15_000, env});
	expect(stderr).toMatch(message);
	expect(stderr).not.toMatch(/unsettled|Node\.js v/);
	expect(status).toBe(exitCode);
});
