import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {Readable} from 'node:stream';
import {expect, it, vi} from 'vitest';
import {type CommandGroup, type CommandName, commandGroups, commandNames} from '../../source/command-names.ts';
import {main} from '../../source/commands/main.ts';
import type {Engine} from '../../source/engine/engine.ts';
import {exitCodes} from '../../source/errors.ts';
import {acquireLock} from '../../source/state/lock.ts';
import {userName} from '../../source/state/user-name.ts';
import {createMemoryWorld, images, type MemoryWorld} from '../apply/memory-world.ts';

export {images} from '../apply/memory-world.ts';

const reached = vi.hoisted(() => ({engine: undefined as unknown}));

vi.mock(import('../../source/engine/docker.ts'), () => ({connectDocker: () => reached.engine as Engine}));

/** What a user sees of one command. */
type Ran = {readonly stdout: string; readonly stderr: string; readonly exitCode: number};

/** What a command printed: a test asserts its shape. */
type Json = ReturnType<typeof JSON.parse>;

/** A project's folder, in which whole command lines run in this process, on a memory engine. */
export type Shop = {
	readonly world: MemoryWorld;
	/** The folder of compartment.yml. */
	readonly folder: string;
	/** Writes a file of the project. */
	readonly write: (path: string, content: string) => void;
	/** Runs a command line without a terminal. Ids, times and places in its output are masked. */
	readonly run: (...words: readonly string[]) => Promise<Ran>;
	/** Runs a command line whose standard input is this text. */
	readonly feed: (stdin: string, ...words: readonly string[]) => Promise<Ran>;
	/** What a command that must succeed prints to standard output. */
	readonly text: (...words: readonly string[]) => Promise<string>;
	/** The JSON document that a command prints, unmasked. */
	readonly json: (...words: readonly string[]) => Promise<Json>;
	/** The JSON lines that a command prints, unmasked. */
	readonly jsonLines: (...words: readonly string[]) => Promise<Json[]>;
	/** The message of a command that must fail with this exit code, and must print nothing else. */
	readonly failure: (...words: readonly string[]) => Promise<string>;
	/** Deploys what compartment.yml declares. */
	readonly deploy: (environment?: string) => Promise<void>;
	/** The message of a command that runs while another one holds the lock. */
	readonly locked: (...words: readonly string[]) => Promise<Ran>;
	/** Continues with an empty configuration folder, as a user who got a copy of the project's folder. */
	readonly becomeAnotherUser: () => void;
	readonly close: () => void;
};

/** The error of most commands for `--env nope`, once production is deployed. */
export const unknownEnvironment = `Error: environment nope of shop has not been deployed yet
  There are: production. compartment apply --env nope deploys this one
`;

/** The files of the project, unless a test writes others. */
export const descriptor = `name: shop
services:
  web: {kind: web, image: "${images.good}", port: 8080, connections: {db: {env: {DATABASE_HOST: host}}}}
  api: {kind: api, image: "${images.good}", port: 8080}
  tidy: {kind: job, image: "${images.finished}", run: {command: tidy up}}
  sweep: {kind: job, image: "${images.crashing}", run: {command: sweep}}
resources:
  db:
    image: "${images.database}"
    volumes: {data: /data}
    outputs: {host: {value: db, sensitive: false}, password: {value: secret-of-db, sensitive: true}}
    operations: {backup: {command: dump}, restore: {command: restore}}
`;

const routes = `version: 1
routes:
  - {on: web, path: /api/*, to: api}
`;

type Proof = {readonly name: CommandName; readonly what: 'text' | 'json' | 'error'};

const proofs: Proof[] = [];

const isFlagOf = (words: readonly string[], flag: string): boolean => {
	const end = words.indexOf('--');
	return (end === -1 ? words : words.slice(0, end)).includes(flag);
};

function note(words: readonly string[], {exitCode}: Ran): void {
	const name = commandNames.findLast(candidate => candidate.split(' ').every((word, index) => words[index] === word));
	if (name === undefined) return;
	const what =
		exitCode !== 0 && exitCode !== exitCodes.changesPending ? 'error' : isFlagOf(words, '--json') ? 'json' : 'text';
	proofs.push({name, what});
}

/** Why a command has no test of its main path, its errors or its JSON. */
type Exceptions = Partial<Record<CommandName, Partial<Record<Proof['what'], string>>>>;

/**
 * The last test of a file: the tests before it ran every command of the group, and saw its text, an error and its JSON.
 * An exception that is no longer one fails too.
 */
export function leavesNothingUntested(group: CommandGroup, exceptions: Exceptions = {}): void {
	it(`tests the text, an error and the JSON of every ${group} command`, () => {
		const all = commandNames
			.filter(name => commandGroups[name] === group)
			.flatMap(name => (['text', 'error', 'json'] as const).map(what => ({name, what})));
		const untested = all
			.filter(({name, what}) => !proofs.some(proof => proof.name === name && proof.what === what))
			.map(({name, what}) => `${name}: ${what}`);
		const expected = all
			.filter(({name, what}) => exceptions[name]?.[what] !== undefined)
			.map(({name, what}) => `${name}: ${what}`);
		expect(untested).toEqual(expected);
	});
}

const ids = /\b(dpl|run|rbak|job|op)_[0-9a-hj-z]{15,20}\b/g;

/** Output with everything that differs from run to run replaced by a word. Columns keep their width. */
function mask(text: string, folder: string): string {
	return (
		text
			.replaceAll(folder, 'FOLDER')
			.replaceAll(process.env['COMPARTMENT_CONFIG_HOME']!, 'CONFIG')
			.replaceAll(` of ${userName()} (process`, ' of USER (process')
			.replaceAll(` by ${userName()}\n`, ' by USER\n')
			.replace(ids, (id, kind: string) => `${kind}_`.padEnd(id.length, 'x'))
			.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z/g, time => 'TIME'.padEnd(time.length, '_'))
			.replace(/\b\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, time => 'TIME'.padEnd(time.length, '_'))
			.replace(/\bage1[0-9a-z]{58}\b/g, 'age1RECIPIENT')
			.replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UUID')
			// YAML quotes a hash that looks like a number.
			.replace(/"([0-9a-f]{12,})"|\b((?=\d*[a-f])[0-9a-f]{12,})\b/g, (_, quoted = '', plain = '') =>
				'HASH'.padEnd(`${quoted}${plain}`.length, '_'),
			)
			.replace(/( {2,})?(?<!-timeout )\b\d+(?:\.\d+)?m?s\b/g, (time, space) =>
				space ? '0s'.padStart(time.length) : '0s',
			)
	);
}

/** The text of an apply without its steps: independent ones end in any order. */
export const withoutSteps = (text: string): string =>
	text.replace(
		/^(Applying .*\n)(?:[\w.]+ +(?:started|starting|waiting|done|ready|no readiness|draining|stopping).*\n)+/m,
		'$1',
	);

/** Listeners that a command adds belong to a process of its own. */
function keepListeners(): () => void {
	const emitters = [process, process.stdout, process.stderr] as const;
	const kept = emitters.map(
		emitter => [emitter, new Map(emitter.eventNames().map(name => [name, emitter.rawListeners(name)]))] as const,
	);
	return () => {
		for (const [emitter, before] of kept)
			for (const name of emitter.eventNames())
				for (const listener of emitter.rawListeners(name))
					if (!before.get(name)?.includes(listener)) emitter.off(name, listener as () => void);
	};
}

const environment = {
	LC_ALL: 'C.UTF-8',
	TERM: 'xterm',
	NO_COLOR: '1',
	FORCE_COLOR: undefined,
	CI: undefined,
	USER: 'ada',
};

// A failed command ends its process after some seconds, which would end the tests.
process.exit = (() => undefined) as unknown as typeof process.exit;

async function runLine(folder: string, stdin: string, words: readonly string[]): Promise<Ran> {
	const printed = {stdout: '', stderr: ''};
	const previous = process.cwd();
	const restoreListeners = keepListeners();
	for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
	const input = Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]);
	const spies = [
		vi.spyOn(process, 'stdin', 'get').mockReturnValue(input as typeof process.stdin),
		...(['stdout', 'stderr'] as const).map(stream =>
			vi.spyOn(process[stream], 'write').mockImplementation(text => {
				printed[stream] += String(text);
				return true;
			}),
		),
	];
	process.chdir(folder);
	try {
		await main(words, '1.2.3');
		return {...printed, exitCode: Number(process.exitCode ?? 0)};
	} finally {
		process.chdir(previous);
		process.exitCode = undefined;
		for (const spy of spies) spy.mockRestore();
		vi.unstubAllEnvs();
		restoreListeners();
	}
}

/** Opens a folder with `descriptor` and `routes`, in which nothing is deployed yet. */
export async function openShop(): Promise<Shop> {
	const world = await createMemoryWorld();
	const folder = dirname(dirname(world.directory));
	// Backups are files on this machine. On such an engine, an apply would look at the real port of the router.
	const localEngine = {...world.engine, address: 'unix:///memory.sock'};
	const write = (path: string, content: string) => {
		mkdirSync(dirname(join(folder, path)), {recursive: true});
		writeFileSync(join(folder, path), content);
	};
	write('compartment.yml', descriptor);
	write('compartment.routes.yml', routes);
	const config = process.env['COMPARTMENT_CONFIG_HOME']!;
	const configure = () => {
		rmSync(config, {recursive: true, force: true});
		mkdirSync(config, {recursive: true, mode: 0o700});
		writeFileSync(join(config, 'settings.json'), JSON.stringify({minHealthyMs: 0, drainSeconds: 0}), {mode: 0o600});
	};
	configure();

	const raw = async (stdin: string, words: readonly string[]): Promise<Ran> => {
		const engine = words[1] === 'backup' ? localEngine : world.engine;
		reached.engine = engine;
		const {connectDocker} = await import('../../source/engine/docker.ts');
		if (connectDocker() !== engine) throw new Error('a command would reach a real engine');
		const ran = await runLine(folder, stdin, words);
		note(words, ran);
		return ran;
	};
	const masked = ({stdout, stderr, exitCode}: Ran): Ran => ({
		stdout: mask(stdout, folder),
		stderr: mask(stderr, folder),
		exitCode,
	});
	const run = async (...words: readonly string[]) => masked(await raw('', words));
	const succeed = async (words: readonly string[]): Promise<string> => {
		const {stdout, stderr, exitCode} = await raw('', words);
		expect({exitCode, stderr: exitCode === 0 ? '' : stderr}).toEqual({exitCode: 0, stderr: ''});
		return stdout;
	};
	return {
		world,
		folder,
		write,
		run,
		feed: async (stdin, ...words) => masked(await raw(stdin, words)),
		text: async (...words) => mask(await succeed(words), folder),
		json: async (...words) => JSON.parse(await succeed([...words, '--json'])),
		jsonLines: async (...words) =>
			(await succeed([...words, '--json']))
				.trimEnd()
				.split('\n')
				.map(line => JSON.parse(line)),
		async failure(...words) {
			const {stdout, stderr, exitCode} = await run(...words);
			expect({stdout, exitCode}).toEqual({stdout: '', exitCode: 1});
			return stderr;
		},
		async deploy(name = 'production') {
			await succeed(['deploy', '--env', name]);
		},
		async locked(...words) {
			const lock = await acquireLock(world.directory, {operation: 'apply'});
			try {
				return await run(...words);
			} finally {
				await lock.release();
			}
		},
		becomeAnotherUser: configure,
		close: () => world.close(),
	};
}
