import {type ChildProcess, spawn} from 'node:child_process';
import {randomBytes, randomInt} from 'node:crypto';
import {cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {networkInterfaces, tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, expect, inject} from 'vitest';
import {connectDocker} from '../../source/engine/docker.ts';
import type {ContainerDetails, Engine, Observed, ObservedContainer} from '../../source/engine/engine.ts';
import {labels} from '../../source/model/labels.ts';
import type {RouterOptions} from '../../source/router/router.ts';
import {readOnDisk} from '../../source/state/on-disk.ts';
import type {State} from '../../source/state/state.ts';
import {onHost} from '../support/other-host.ts';
import {removeLeftovers} from './cli-cleaner.ts';
import {serviceFiles, yaml} from './cli-server.ts';
import {until} from './helpers.ts';
import {isThroughSsh} from './local-engine-only.ts';
import {type Answer, ask, freePort} from './router-lab.ts';

/** How a command ended. `signal` is set if it was killed. */
export type Outcome = {
	readonly exitCode: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
	readonly durationMs: number;
};

/** A running command. */
export type Running = {
	readonly child: ChildProcess;
	readonly ended: Promise<Outcome>;
	/** Its output so far. */
	readonly stdout: () => string;
	readonly stderr: () => string;
	/** Waits until a text is printed. */
	readonly shows: (text: string | RegExp) => Promise<void>;
};

type Options = {
	readonly env?: Readonly<Record<string, string>>;
	readonly cwd?: string;
	/** Standard input. Default: none. */
	readonly input?: string;
	/** When it is killed. Default: 90 s. */
	readonly limitMs?: number;
	/** The name of the host that it runs on. Default: that of this machine. */
	readonly host?: string;
};

type Request = Readonly<{service?: string; environment?: string; headers?: Record<string, string>}>;

/** A project with its own folder, router, port, settings and networks. */
export type Sandbox = {
	readonly project: string;
	readonly folder: string;
	readonly router: RouterOptions;
	/** Environment of its commands. */
	readonly env: NodeJS.ProcessEnv;
	readonly engine: Engine;
	readonly run: (args: readonly string[], options?: Options) => Promise<Outcome>;
	/** Runs a command that must succeed, and returns its output. */
	readonly succeed: (args: readonly string[], options?: Options) => Promise<string>;
	readonly start: (args: readonly string[], options?: Options) => Running;
	readonly write: (files: Readonly<Record<string, string>>) => void;
	/** Writes compartment.yml with the project's name. */
	readonly describe: (parts: Readonly<Record<string, unknown>>) => void;
	readonly addService: (name: string, version?: string) => void;
	/** Changes one source file of a service. */
	readonly setVersion: (service: string, version: string) => void;
	readonly remove: (path: string) => void;
	readonly host: (request?: Pick<Request, 'service' | 'environment'>) => string;
	/** Sends a request to the router. Default: service web in environment production. */
	readonly ask: (path?: string, request?: Request) => Promise<Answer>;
	readonly observe: (environment?: string) => Promise<Observed>;
	/** The running container at an address. Fails if there is none. */
	readonly running: (address: string, environment?: string) => Promise<ContainerDetails>;
	readonly state: (environment?: string) => State;
	/** Fails unless a plan is empty and finds no drift. */
	readonly expectNoChanges: (args?: readonly string[]) => Promise<void>;
};

/** A block of 4096 addresses outside Compartment's default pool and this machine's networks. */
function pickPool(): string {
	const taken = Object.values(networkInterfaces()).flatMap(all => all ?? []);
	for (;;) {
		const second = randomInt(64, 200);
		if (!taken.some(({address}) => address.startsWith(`10.${second}.`)))
			return `10.${second}.${randomInt(16) * 16}.0/20`;
	}
}

/** The time limit of a command on a busy machine. */
const commandLimitMs = 90_000;

function startCommand(
	args: readonly string[],
	{cwd, env, input, host, limitMs = commandLimitMs}: Omit<Options, 'env'> & {readonly env: NodeJS.ProcessEnv},
): Running {
	const startedAt = performance.now();
	const [program, ...words] = host === undefined ? [process.execPath] : [...onHost(host), process.execPath];
	const child = spawn(program, [...words, inject('cli'), ...args], {
		cwd,
		env,
		stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
	});
	child.stdin?.end(input);
	const texts = {stdout: '', stderr: ''};
	for (const name of ['stdout', 'stderr'] as const)
		child[name]!.setEncoding('utf8').on('data', (chunk: string) => {
			texts[name] += chunk;
		});
	// A command that hangs fails its test with its output so far.
	const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
	const ended = new Promise<Outcome>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', (exitCode, signal) => {
			clearTimeout(limit);
			resolve({exitCode, signal, ...texts, durationMs: performance.now() - startedAt});
		});
	});
	const hasShown = (text: string | RegExp) =>
		typeof text === 'string' ? texts.stdout.includes(text) : text.test(texts.stdout);
	return {
		child,
		ended,
		stdout: () => texts.stdout,
		stderr: () => texts.stderr,
		async shows(text) {
			await until(() => hasShown(text) || child.exitCode !== null, 60_000);
			if (!hasShown(text)) throw new Error(`it ended and never showed ${text}:\n${texts.stdout}\n${texts.stderr}`);
		},
	};
}

async function openSandbox(running: Set<ChildProcess>): Promise<Sandbox & {readonly close: () => Promise<void>}> {
	const engine = connectDocker();
	const home = mkdtempSync(join(tmpdir(), 'compartment-sandbox-'));
	const folder = join(home, 'project');
	const project = `t${randomBytes(5).toString('hex')}`;
	const router: RouterOptions = {
		name: `compartment-test-${project}`,
		listen: '127.0.0.1',
		port: await freePort(),
		tlsPort: await freePort(),
	};
	const leftovers = {project, router: router.name, folder: home};
	const cleaner = spawn(
		process.execPath,
		[fileURLToPath(new URL('cli-cleaner.ts', import.meta.url)), JSON.stringify(leftovers)],
		{stdio: ['pipe', 'ignore', 'ignore'], detached: true},
	);
	cleaner.unref();
	cleaner.stdin.on('error', () => undefined);

	const config = join(home, 'config');
	mkdirSync(folder);
	mkdirSync(config, {mode: 0o700});
	// Short enough for a test that waits for a deadline, long enough for a slow machine.
	writeFileSync(
		join(config, 'settings.json'),
		JSON.stringify({drainSeconds: 5, stopGraceSeconds: 2, minHealthyMs: 400}),
	);
	const {PATH, DOCKER_HOST, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH} = process.env;
	const base: NodeJS.ProcessEnv = {
		PATH,
		...(DOCKER_HOST ? {DOCKER_HOST, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH} : {}),
		HOME: home,
		LANG: 'C.UTF-8',
		COMPARTMENT_CONFIG_HOME: config,
		COMPARTMENT_ROUTER_NAME: router.name,
		COMPARTMENT_ROUTER_PORT: String(router.port),
		COMPARTMENT_ROUTER_TLS_PORT: String(router.tlsPort),
		COMPARTMENT_NETWORK_POOL: pickPool(),
	};

	const start = (args: readonly string[], {env = {}, cwd = folder, ...rest}: Options = {}): Running => {
		const command = startCommand(args, {...rest, cwd, env: {...base, ...env}});
		running.add(command.child);
		cleaner.stdin.write(`+${command.child.pid}\n`);
		command.child.once('close', () => {
			running.delete(command.child);
			cleaner.stdin.write(`-${command.child.pid}\n`);
		});
		return command;
	};
	const run = (args: readonly string[], options?: Options) => start(args, options).ended;
	const write = (files: Readonly<Record<string, string>>) => {
		for (const [path, content] of Object.entries(files)) {
			mkdirSync(dirname(join(folder, path)), {recursive: true});
			writeFileSync(join(folder, path), content);
		}
	};
	const host = ({service = 'web', environment = 'production'}: Pick<Request, 'service' | 'environment'> = {}) =>
		`${[...(service === 'web' ? [] : [service]), project, ...(environment === 'production' ? [] : [environment])].join('-')}.localhost`;
	const observe = (environment?: string) =>
		engine.observe({
			[labels.project]: project,
			...(environment === undefined ? {} : {[labels.environment]: environment}),
		});
	const sandbox: Omit<Sandbox, 'succeed' | 'expectNoChanges'> = {
		project,
		folder,
		router,
		env: base,
		engine,
		run,
		start,
		write,
		describe: parts => write({'compartment.yml': yaml({name: project, ...parts})}),
		addService: (name, version = 'v1') => write(serviceFiles(name, version)),
		setVersion: (service, version) => write({[`services/${service}/version.txt`]: `${version}\n`}),
		remove: path => rmSync(join(folder, path), {recursive: true}),
		host,
		ask: (path = '/', {headers, ...place} = {}) => ask(router, {host: host(place), path, headers}),
		observe,
		async running(address, environment = 'production') {
			const {containers} = await observe(environment);
			const found = containers.filter(each => each.labels[labels.address] === address && each.state === 'running');
			expect(found.map(({name}) => name)).toHaveLength(1);
			return (await engine.inspectContainer(found[0]!.id))!;
		},
		state: (environment = 'production') => readOnDisk(join(folder, '.compartment', environment), base)!.state,
	};
	const succeed = async (args: readonly string[], options?: Options) => {
		const outcome = await run(args, options);
		expect(outcome, `${outcome.stdout}${outcome.stderr}`).toMatchObject({exitCode: 0, signal: null});
		return outcome.stdout;
	};
	return {
		...sandbox,
		succeed,
		async expectNoChanges(args = []) {
			const outcome = await run(['plan', '--detailed-exitcode', ...args]);
			expect(outcome.stdout).toMatch(/^No changes\./m);
			expect(outcome.stdout).not.toMatch(/Changed outside Compartment|Not healthy/);
			expect(outcome).toMatchObject({exitCode: 0, stderr: ''});
		},
		async close() {
			for (const child of running) {
				child.kill('SIGKILL');
				await new Promise(resolve => child.once('close', resolve));
			}
			await removeLeftovers(leftovers);
			cleaner.kill('SIGKILL');
		},
	};
}

/**
 * A sandbox for the tests of a file or block, opened before them and always removed after them: if this process dies, by
 * a separate one.
 */
export function withSandbox(prepare?: (sandbox: Sandbox) => void | Promise<void>): Sandbox {
	const running = new Set<ChildProcess>();
	const sandbox = {} as Sandbox;
	let close: (() => Promise<void>) | undefined;
	beforeAll(async () => {
		const opened = await openSandbox(running);
		close = opened.close;
		Object.assign(sandbox, opened);
		await prepare?.(sandbox);
	});
	afterAll(() => close?.());
	return sandbox;
}

/** The containers at an address, oldest first: names end with the deployment's id, which sorts by time. */
export const containersAt = ({containers}: Observed, address: string): ObservedContainer[] =>
	containers.filter(each => each.labels[labels.address] === address).sort((a, b) => (a.name < b.name ? -1 : 1));

/** Copies one of the examples into a sandbox, under the sandbox's name. */
export function useExample({folder, project}: Sandbox, name: string): void {
	cpSync(fileURLToPath(new URL(`../../examples/${name}`, import.meta.url)), folder, {
		recursive: true,
		filter: source => !/\/(\.compartment|node_modules)(\/|$)/.test(source),
	});
	const file = join(folder, 'compartment.yml');
	writeFileSync(file, readFileSync(file, 'utf8').replace(/^name: .*$/m, `name: ${project}`));
}

/** All files below a folder. */
export const filesBelow = (folder: string): string[] =>
	readdirSync(folder, {recursive: true, withFileTypes: true})
		.filter(entry => entry.isFile())
		.map(({parentPath, name}) => join(parentPath, name));

/** Expects a user error: one message on stderr, nothing on stdout, no stack trace. */
export function expectError(outcome: Outcome, message: string | RegExp, exitCode = 1): void {
	// With its state on the engine, the router is created first: it has the lock.
	const stderr = isThroughSsh() ? outcome.stderr.replace(/^Creating the router .*\n/m, '') : outcome.stderr;
	expect(stderr).toMatch(message);
	expect(stderr).not.toMatch(/\n +at |bug in Compartment/);
	expect(outcome.exitCode).toBe(exitCode);
}

/** A text with whitespace collapsed, because line breaks in a plan depend on the length of names. */
export const words = (text: string): string => text.replace(/\s+/g, ' ');

/** Parses JSON lines. */
export const jsonLines = (text: string): Record<string, unknown>[] =>
	text
		.trimEnd()
		.split('\n')
		.map(line => JSON.parse(line) as Record<string, unknown>);
