import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest';
import {type CommandName, commandNames} from '../../source/command-names.ts';
import {canAsk} from '../../source/console/can-ask.ts';
import {readSources} from '../imports.ts';
import {definitions} from './command-line.ts';
import {descriptor, images, openShop, type Shop} from './shop.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

// Every question of a command has a flag that answers it. Without a terminal the command fails at once and names it.

/** Flags that answer a question. */
const answers = ['auto-approve', 'yes', 'stdin', 'password-stdin', 'allow-production'];

let shop: Shop;
let backup: string;

beforeAll(async () => {
	shop = await openShop();
	await shop.deploy();
	await shop.text('resource', 'backup', 'create', '--resource', 'db');
	backup = (await shop.json('resource', 'backup', 'list', '--resource', 'db')).backups[0].id;
	await shop.raw('deploy', '--env', 'pr-1', '--expires', '1h');
	shop.write('compartment.yml', descriptor.replace(images.good, images.better));
});
afterAll(() => shop.close());

type Asked = {
	/** The command line, without its answer. */
	readonly words: readonly string[];
	/** The flag that its error names. */
	readonly answer: string;
	/** Runs before it. */
	readonly first?: () => Promise<unknown>;
};
/** `goes on`: its documentation says that nobody is asked outside a terminal. */
type Case = Asked | 'goes on' | 'its own test';

const apply = (...words: readonly string[]): Asked => ({words, answer: '--auto-approve'});

const cases: Readonly<Partial<Record<CommandName, Case>>> = {
	apply: apply('apply'),
	deploy: 'goes on',
	dev: apply('dev'),
	adopt: 'its own test',
	destroy: apply('destroy'),
	promote: {...apply('promote'), first: () => shop.raw('deploy', '--hold')},
	prune: {...apply('prune', '--keep', '0'), first: () => shop.raw('deploy')},
	rollback: {...apply('rollback'), first: () => shop.raw('deploy')},
	stop: apply('stop'),
	start: {...apply('start'), first: () => shop.raw('stop', '--auto-approve')},
	restart: apply('restart'),
	'environment delete': apply('environment', 'delete', 'production'),
	'environment prune': {
		...apply('environment', 'prune'),
		first: async () => {
			const now = Date.now();
			vi.spyOn(Date, 'now').mockReturnValue(now + 7_200_000);
		},
	},
	// Reaches another machine.
	'machine prepare': 'its own test',
	'volume delete': 'its own test',
	'resource rotate': 'its own test',
	'resource delete': 'goes on',
	'resource backup restore': {
		words: ['resource', 'backup', 'restore', '--resource', 'db', '--backup', 'BACKUP'],
		answer: '--yes',
	},
	'domain renew': 'its own test',
	'state restore': {words: ['state', 'restore', 'SERIAL'], answer: '--auto-approve'},
	'state trust': {...apply('state', 'trust'), first: async () => shop.becomeAnotherUser()},
	'state forget': apply('state', 'forget'),
	'state push': 'its own test',
	// Where the state is lost, nothing else can be asked.
	'state rebuild': 'its own test',
	'backup store add': {
		words: ['backup', 'store', 'add', 'offsite', 's3://bucket', '--access-key', 'AKIA'],
		answer: '--stdin',
	},
	'registry login': {words: ['registry', 'login', 'ghcr.io', '--username', 'octocat'], answer: '--password-stdin'},
	'variable set': {words: ['variable', 'set', 'KEY', '--sensitive'], answer: '--stdin'},
	'variable run': {
		words: ['variable', 'run', '--env', 'production', '--', 'true'],
		answer: '--allow-production',
	},
};

const asking = definitions.commands.flatMap(([name, {flags}]) =>
	Object.keys(flags).some(flag => answers.includes(flag)) ? [name] : [],
);

it('the commands with a flag that answers a question are all here, and no others', () => {
	expect(Object.keys(cases).sort()).toEqual(asking.sort());
	expect(commandNames.length).toBeGreaterThan(asking.length);
});

const asked = commandNames.flatMap(name => {
	const found = cases[name];
	return typeof found === 'object' ? [[name, found] as const] : [];
});

describe('without a terminal', () => {
	it.each(asked)('%s fails and names the flag that answers', async (_, {words, answer, first}) => {
		await first?.();
		const before = await shop.world.engine.observe({});
		const {entries} = await shop.json('state', 'history');
		const known: Readonly<Record<string, string>> = {BACKUP: backup, SERIAL: String(entries[0]?.serial)};
		const {exitCode, stdout, stderr} = await shop.run(...words.map(word => known[word] ?? word));
		vi.restoreAllMocks();
		expect({exitCode, stderr}, stdout).toEqual({exitCode: 1, stderr: expect.stringContaining(answer)});
		expect(stderr).toMatch(/^Error: /m);
		expect(await shop.world.engine.observe({})).toEqual(before);
	});

	it('only the code that knows whether somebody can be asked looks at the streams', () => {
		const looking = readSources()
			.map(({path}) => path)
			.filter(path => path.startsWith('source/') && !path.startsWith('source/ui/'))
			.filter(path => /std(?:in|out|err)\.isTTY/.test(readFileSync(join(import.meta.dirname, '../..', path), 'utf8')));
		expect(looking).toEqual([
			// Passes a terminal on to a program.
			'source/commands/inspect/exec.ts',
			'source/console/can-ask.ts',
			// Draws progress.
			'source/console/work-view.ts',
			'source/output/terminal.ts',
		]);
	});

	it.each([
		['in CI, even if it gives its jobs a terminal', {CI: 'true'}, false],
		['in a terminal', {CI: undefined}, true],
	])('nobody is asked %s', (_, {CI}, isAsked) => {
		vi.stubEnv('CI', CI);
		const streams = ['stdin', 'stderr'] as const;
		const before = streams.map(name => Object.getOwnPropertyDescriptor(process[name], 'isTTY'));
		for (const name of streams) Object.defineProperty(process[name], 'isTTY', {value: true, configurable: true});
		expect(canAsk()).toBe(isAsked);
		for (const [index, name] of streams.entries())
			if (before[index]) Object.defineProperty(process[name], 'isTTY', before[index]);
			else delete (process[name] as {isTTY?: boolean}).isTTY;
		vi.unstubAllEnvs();
	});
});
