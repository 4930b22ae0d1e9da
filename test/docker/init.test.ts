import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import {expectError, useExample, withSandbox} from './cli.ts';

const examples = [
	'go-service',
	'internal-tools',
	'multi-service',
	'pnpm-workspace',
	'python-service',
	'vite-static',
] as const;

describe.each(examples)('init in examples/%s without its descriptor', example => {
	const sandbox = withSandbox(opened => useExample(opened, example));
	const file = () => join(sandbox.folder, 'compartment.yml');

	test('writes a descriptor that can be validated and planned', async () => {
		const services = Object.keys(parse(readFileSync(file(), 'utf8')).services).sort();
		sandbox.remove('compartment.yml');
		if (existsSync(join(sandbox.folder, 'compartment.routes.yml'))) sandbox.remove('compartment.routes.yml');
		expect(await sandbox.succeed(['init', '--name', sandbox.project])).toContain('Created ');
		expect(await sandbox.succeed(['validate'])).toMatch(new RegExp(`^Valid\\. Project ${sandbox.project}: `));
		const plan = await sandbox.succeed(['plan']);
		for (const service of services)
			expect(plan).toMatch(new RegExp(`\\+ image\\.${service} +will be built: first build`));
		expect(plan).toMatch(/^Plan: \d+ to create, 0 to update, 0 to replace, 0 to delete\.$/m);
	});

	test('refuses to overwrite a descriptor', async () => {
		const mine = `# mine\n${readFileSync(file(), 'utf8')}`;
		writeFileSync(file(), mine);
		const outcome = await sandbox.run(['init', '--name', 'other']);
		expectError(outcome, 'compartment.yml already exists in this directory.');
		expect(readFileSync(file(), 'utf8')).toBe(mine);
	});
});
