import {spawnSync} from 'node:child_process';
import {afterAll, describe, expect, test} from 'vitest';
import {useExample, withSandbox} from './cli.ts';
import {installPackage} from './installed.ts';

const sandbox = withSandbox(opened => useExample(opened, 'multi-service'));
const {bin, fetchNode, remove} = installPackage();
afterAll(remove);

const run = (node: string, ...args: readonly string[]) =>
	spawnSync(node, [bin, ...args], {cwd: sandbox.folder, encoding: 'utf8', env: {...process.env, ...sandbox.env}});

describe('the package', () => {
	test.each(['22', '24', '26'])('runs on Node %s', major => {
		const node = fetchNode(major);
		expect(run(node, 'validate')).toMatchObject({status: 0, stderr: ''});
		const planned = run(node, 'plan');
		expect(planned.stdout + planned.stderr).toMatch(/^Plan: \d+ to create/m);
		expect(planned.status).toBe(0);
	});

	test('says what it needs on an older one', () => {
		const {status, stderr} = run(fetchNode('20'), 'plan');
		expect(status).toBe(1);
		expect(stderr).toMatch(/^Error: Compartment requires Node >=22\.12, but this is Node 20\.\d+\.\d+\.\n$/);
	});
});
