import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {useExample, withSandbox} from './cli.ts';
import {installPackage} from './installed.ts';

const sandbox = withSandbox(opened => useExample(opened, 'multi-service'));
const {packed, installed, bin, remove} = installPackage();
afterAll(remove);

const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));

const run = (...args: readonly string[]): string =>
	execFileSync(bin, args, {
		cwd: sandbox.folder,
		encoding: 'utf8',
		// The interpreter of these tests, because the one of the machine may be too old.
		env: {...sandbox.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}`},
	});

test('the package is small, needs no other package, and runs nothing when it is installed', () => {
	expect(packed.size).toBeLessThan(1_000_000);
	expect(
		Object.keys({...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies}),
	).toEqual([]);
	expect(Object.keys(manifest.scripts).filter(name => /install|^prepare$/.test(name))).toEqual([]);
	expect(manifest.private).toBeUndefined();
	expect(Object.keys(manifest.bin)).toEqual(['compartment']);
	expect(readdirSync(join(installed, '..'))).toEqual(['compartment']);
	const paths = packed.files.map(({path}) => path);
	expect(paths).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist/cli.mjs']));
	expect(
		paths.filter(path => !/^(?:LICENSE|README\.md|package\.json|dist\/.*\.mjs|dist\/licenses\.md)$/.test(path)),
	).toEqual([]);
});

test('it holds the licence of every package that is bundled', () => {
	const licences = readFileSync(join(installed, 'dist/licenses.md'), 'utf8');
	for (const name of ['ink', 'react', 'yaml', 'zod', 'dockerode', 'diff', 'chalk', 'conf'])
		expect(licences).toMatch(new RegExp(`^## ${name} - \\S+ \\(\\S+\\)$`, 'm'));
});

test('once installed, it looks at the machine, and plans an example', () => {
	expect(run('--version')).toBe(`${manifest.version}\n`);
	expect(run('doctor')).toMatch(/Docker/);
	expect(run('plan')).toMatch(/^Plan: \d+ to create/m);
});
