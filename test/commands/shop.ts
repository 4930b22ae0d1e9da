import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect, vi} from 'vitest';
import type {Engine} from '../../source/engine/engine.ts';
import {acquireLock} from '../../source/state/lock.ts';
import {createMemoryWorld, images, type MemoryWorld} from '../apply/memory-world.ts';
import {mask} from './mask.ts';
import {note} from './proofs.ts';
import {type Ran, runLine} from './run-line.ts';

export {images} from '../apply/memory-world.ts';

const reached = vi.hoisted(() => ({engine: undefined as unknown, at: new Map<string, unknown>()}));

vi.mock(import('../../source/engine/docker.ts'), () => ({
	connectDocker: ({host = ''} = {}) => (reached.at.get(host) ?? reached.engine) as Engine,
}));

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
	/** The same without masks. */
	readonly raw: (...words: readonly string[]) => Promise<Ran>;
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
	/** Makes another engine answer at an address from now on; undefined: the engine of the project. */
	readonly answerAt: (address: string, engine: Engine | undefined) => void;
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

/** A module that was loaded before the mock, by another import of a test, would keep the real engine. */
async function assertMocked({engine}: MemoryWorld): Promise<void> {
	reached.engine = engine;
	const {openEngine} = await import('../../source/workspace/workspace.ts');
	if ((await openEngine()).engine !== engine) throw new Error('a command would reach a real engine');
}

/** Opens a folder with `descriptor` and `routes`, in which nothing is deployed yet. */
export async function openShop(options: Parameters<typeof createMemoryWorld>[0] = {}): Promise<Shop> {
	const world = await createMemoryWorld(options);
	const folder = dirname(dirname(world.directory));
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
	await assertMocked(world);

	const raw = async (stdin: string, words: readonly string[]): Promise<Ran> => {
		const {engine} = world;
		reached.engine = engine;
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
		raw: (...words) => raw('', words),
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
		answerAt(address, engine) {
			reached.at.delete(address);
			if (engine) reached.at.set(address, engine);
		},
		becomeAnotherUser: configure,
		close() {
			reached.at.clear();
			return world.close();
		},
	};
}
