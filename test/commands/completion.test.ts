import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {complete} from '../../source/commands/complete.ts';
import type {Flag} from '../../source/commands/definitions/definition.ts';
import {definitions} from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'compartment-completion-'));
const saved = {cwd: process.cwd(), home: process.env['COMPARTMENT_CONFIG_HOME']};

const deployment = (id: string, service: string) => ({
	id,
	service,
	run: `run_${id}`,
	stage: 'active',
	createdAt: 'then',
});

beforeAll(() => {
	process.env['COMPARTMENT_CONFIG_HOME'] = join(folder, 'config');
	const write = (path: string, content: unknown) => {
		mkdirSync(join(folder, path, '..'), {recursive: true});
		writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content), {mode: 0o600});
	};
	write(
		'compartment.yml',
		'name: shop\nservices:\n  web: {image: nginx, kind: web}\n  nightly: {image: busybox, kind: cron}\nresources:\n  db: {preset: postgres}\n',
	);
	write('config/settings.json', {machines: {web1: {address: 'ssh://web1'}}});
	write('.compartment/staging/state.json', {
		active: {web: 'dpl_2', 'old; rm -rf /': 'dpl_1'},
		deployments: {dpl_1: deployment('dpl_1', 'web'), dpl_2: deployment('dpl_2', 'web\n\u001B[31m')},
		volumes: {'volume.db.data': {}},
		variables: [{key: 'TOKEN'}, {key: 'TOKEN'}],
		backups: [{id: 'rbak_1', resource: 'db', createdAt: 'then'}],
	});
	process.chdir(folder);
});

afterAll(() => {
	process.chdir(saved.cwd);
	if (saved.home === undefined) delete process.env['COMPARTMENT_CONFIG_HOME'];
	else process.env['COMPARTMENT_CONFIG_HOME'] = saved.home;
	rmSync(folder, {recursive: true});
});

const words = async (...typed: readonly string[]): Promise<string[]> =>
	(await complete(typed)).map(line => line.split('\t')[0]!);

describe('a command line is completed with', () => {
	it('commands and the words before them, with what they do', async () => {
		expect(await complete(['pl'])).toEqual(['plan\tShow what an apply would change, and why']);
		expect(await words('resource', 'backup', 'r')).toEqual(['restore', 'run-due']);
		expect(await words('resource', '')).toContain('backup');
		expect((await words('')).length).toBeGreaterThan(25);
	});

	it('flags that are not given yet, unless they may be repeated', async () => {
		expect(await words('plan', '--o')).toEqual(['--output', '--out']);
		expect(await words('plan', '--out', 'a.plan', '--o')).toEqual(['--output']);
		expect(await words('plan', '--service', 'web', '--serv')).toEqual(['--service']);
		expect(await words('plan', '--no-c')).toEqual(['--no-color']);
		expect(await words('apply', '--y')).toEqual([]);
	});

	it('the choices and names that a flag takes, however it is written', async () => {
		expect(await words('plan', '--output', '')).toEqual(['text', 'json']);
		expect(await words('plan', '--output=j')).toEqual(['--output=json']);
		// As bash splits it.
		expect(await words('plan', '--output', '=', 'j')).toEqual(['json']);
		expect(await words('plan', '--output', '=')).toEqual(['text', 'json']);
		expect(await words('plan', '--env', '')).toEqual(['staging', 'production']);
		expect(await words('plan', '--remote', 'w')).toEqual(['web1']);
	});

	it('names of the project, and of the state of the environment that is named', async () => {
		expect(await words('logs', '')).toEqual(['web', 'nightly', 'db']);
		expect(await words('job', 'run', '')).toEqual(['nightly']);
		expect(await words('inspect', 'service.')).toEqual(['service.web', 'service.nightly']);
		expect(await words('rollback', '--to', '')).toEqual([]);
		expect(await complete(['rollback', '--env', 'staging', '--to', ''])).toEqual([
			'dpl_2\tweb [31m, active, then',
			'dpl_1\tweb, active, then',
		]);
		expect(await words('resource', 'backup', 'restore', '--env=staging', '--backup', '')).toEqual(['rbak_1']);
		expect(await words('volume', 'release', '--env', 'staging', '')).toEqual(['db.data']);
		expect(await words('variable', 'remove', '--env', 'staging', '')).toEqual(['TOKEN']);
		expect(await words('settings', 'get', 'routerTls')).toEqual(['routerTlsPort']);
	});

	it('no name that a shell could take for more than a word', async () => {
		expect(await words('restart', '--env', 'staging', '')).toEqual(['web', 'nightly', 'db']);
	});

	it('paths by the shell, and with nothing after --, where words belong to another program', async () => {
		expect(await complete(['import', ''])).toEqual([':file']);
		expect(await complete(['agent', 'add', ''])).toEqual([':folder']);
		expect(await complete(['exec', 'web', '--', ''])).toEqual([]);
		expect(await complete(['no-such', 'command', ''])).toEqual([]);
	});
});

/** Flags and arguments whose value only the user knows. */
const free = [
	...[
		'label',
		'since',
		'expires',
		'tail',
		'name',
		'profile',
		'compose',
		'username',
		'as',
		'endpoint',
		'region',
		'access-key',
	],
	...['public-url', 'dns-command', 'dns-server', 'setting', 'from-resource', 'grep', 'until', 'serial', 'lineage'],
];
const freeArguments = [
	...[
		'command',
		'arguments',
		'method',
		'url',
		'value',
		'recipient',
		'address',
		'id',
		'host',
		'hosts',
		'name',
		'containers',
	],
];

it('every flag with a value says what it names, or is free text', () => {
	const isFree = (flag: Flag): boolean =>
		(flag.kind === 'text' || flag.kind === 'repeated' || flag.kind === 'custom') && flag.names === undefined;
	const undecided = definitions.commands.flatMap(([command, {flags}]) =>
		Object.entries(flags).flatMap(([name, flag]) =>
			isFree(flag) && !free.includes(name) ? [`${command} --${name}`] : [],
		),
	);
	expect(undecided).toEqual([]);
	const others = definitions.commands.flatMap(([command, {arguments: all = []}]) =>
		all.flatMap(argument =>
			argument.kind === 'text' && argument.names === undefined && !freeArguments.includes(argument.name)
				? [`${command} ${argument.name}`]
				: [],
		),
	);
	expect(others).toEqual([]);
});
