import {chmodSync, readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {isSteeringName} from '../source/descriptor/steering-names.ts';
import {askProgram, childEnvironment, findProgram} from '../source/programs.ts';
import {makeTree} from './build/tree.ts';
import {readSources} from './imports.ts';

it('no other file can start a program', () => {
	const starting = readSources().filter(({path}) => readFileSync(path, 'utf8').includes('child_process'));
	expect(starting.map(({path}) => path)).toEqual(['source/programs.ts']);
	// Each function that starts a program sets its environment.
	const calls = readFileSync('source/programs.ts', 'utf8').split('childProcess().').slice(1);
	expect(calls.length).toBeGreaterThan(2);
	const text = readFileSync('source/programs.ts', 'utf8');
	expect(text.match(/env: childEnvironment\(/g)).toHaveLength(calls.length);
});

it('a child process gets no variables of Compartment and no relative folders of PATH', () => {
	const own = {
		...{PATH: '.:/usr/bin::bin:/bin', HOME: '/home/ada', LANG: 'C'},
		...{COMPARTMENT_PASSPHRASE: 'canary', COMPARTMENT_IDENTITY_FILE: '/canary', COMPARTMENT_CONFIG_HOME: '/canary'},
	};
	expect(childEnvironment({A: '1'}, own)).toEqual({PATH: '/usr/bin:/bin', HOME: '/home/ada', LANG: 'C', A: '1'});
});

it('programs are found in absolute folders outside the repository only', async () => {
	const repository = makeTree({'.git': null, 'bin/tool': '#!/bin/sh\necho bad\n', 'app/x': ''});
	const machine = makeTree({
		tool: '#!/bin/sh\necho good "$COMPARTMENT_PASSPHRASE"\n',
		'later/tool': {link: `${repository}/bin/tool`},
	});
	for (const file of [`${repository}/bin/tool`, `${machine}/tool`]) chmodSync(file, 0o755);
	const find = (...folders: string[]) => findProgram('tool', `${repository}/app`, {PATH: folders.join(':')});
	expect(find('bin', '', `${repository}/bin`, `${repository}/app/../bin`, `${machine}/later`)).toBeUndefined();
	expect(find(`${repository}/bin`, `${machine}/later`, machine)).toBe(`${machine}/tool`);
	expect(await askProgram(`${machine}/tool`, [])).toBe('good \n');
});

it.each([
	...['PATH', 'Path', 'HOME', 'SHELL', 'IFS', 'ENV', 'BASH_ENV', 'TMPDIR', 'NODE_OPTIONS', 'SSL_CERT_FILE'],
	...['LD_PRELOAD', 'DYLD_INSERT_LIBRARIES', 'DOCKER_CONFIG', 'DOCKER_HOST', 'BUILDKIT_HOST', 'BUILDX_CONFIG'],
	...['GIT_SSH_COMMAND', 'SSH_AUTH_SOCK', 'XDG_CONFIG_HOME', 'COMPARTMENT_PASSPHRASE', 'https_proxy', 'NO_PROXY'],
])('%s steers programs', name => {
	expect(isSteeringName(name)).toBe(true);
});

it.each(['NODE_ENV', 'PUBLIC_URL', 'VITE_PATH', 'GITHUB_TOKEN', 'GOFLAGS', 'RAILPACK_NODE_VERSION', 'DATABASE_URL'])(
	'%s does not steer programs',
	name => {
		expect(isSteeringName(name)).toBe(false);
	},
);
