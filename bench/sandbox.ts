import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {run, runWell} from './measure.ts';

/** The CLI to measure: the built one, or another build for comparison. */
export const cli = process.env['BENCH_CLI'] ?? fileURLToPath(new URL('../dist/cli.mjs', import.meta.url));

/** A command line of the CLI, run by the same node as the benchmark. */
export const compartment = (...args: string[]): [string, ...string[]] => [process.execPath, cli, ...args];

/** A project of idle services with its own router, settings and networks. */
export type Sandbox = {
	readonly directory: string;
	readonly name: string;
	/** Image of every service. */
	readonly image: string;
	readonly services: readonly string[];
	readonly env: NodeJS.ProcessEnv;
};

/** A free port on 127.0.0.1. */
export const freePort = (): Promise<number> =>
	new Promise((resolve, reject) => {
		const server = createServer().once('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const address = server.address();
			server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
		});
	});

/** Whether an engine answers. Without one, only commands that need none are measured. */
export const hasEngine = async (): Promise<boolean> =>
	(await run(['docker', 'info', '--format', '{{.ID}}']).catch(() => undefined))?.code === 0;

// A shell as process 1 ignores SIGTERM, so its grace period would be measured.
const dockerfile = 'FROM debian:trixie-slim\nSTOPSIGNAL SIGKILL\nCMD ["sleep", "infinity"]\n';

async function create(count: number): Promise<Sandbox> {
	const directory = mkdtempSync(join(tmpdir(), 'compartment-bench-'));
	const name = `bench-${process.pid}-${count}`;
	const image = `compartment-bench:${process.pid}`;
	const services = Array.from({length: count}, (_, index) => `worker-${index}`);
	mkdirSync(join(directory, 'image'));
	writeFileSync(join(directory, 'image', 'Dockerfile'), dockerfile);
	const settings = join(directory, 'settings');
	mkdirSync(settings, {mode: 0o700});
	// Compose does not wait for this either.
	writeFileSync(join(settings, 'settings.json'), JSON.stringify({minHealthyMs: 0, drainSeconds: 0}));
	const entries = services.map(service => `  ${service}:\n    kind: worker\n    image: ${image}\n`);
	writeFileSync(join(directory, 'compartment.yml'), `name: ${name}\n\nservices:\n${entries.join('')}`);
	const env = {
		...process.env,
		COMPARTMENT_CONFIG_HOME: settings,
		COMPARTMENT_ROUTER_NAME: `compartment-${name}`,
		COMPARTMENT_ROUTER_PORT: String(await freePort()),
		COMPARTMENT_NETWORK_POOL: '10.219.0.0/16',
	};
	return {directory, name, image, services, env};
}

async function removeLabelled(label: string): Promise<void> {
	const list = async (...command: [string, ...string[]]) =>
		(await run(command)).stdout.split('\n').filter(line => line !== '');
	const filter = ['--quiet', '--filter', `label=${label}`];
	const containers = await list('docker', 'ps', '--all', ...filter);
	// Stopped first: when an engine removes many running containers, it may count their networks as in use forever.
	if (containers.length > 0) {
		await run(['docker', 'stop', '--time', '0', ...containers]);
		await run(['docker', 'rm', '--force', '--volumes', ...containers]);
	}
	const networks = await list('docker', 'network', 'ls', ...filter);
	if (networks.length > 0) await run(['docker', 'network', 'rm', ...networks]);
	const volumes = await list('docker', 'volume', 'ls', ...filter);
	if (volumes.length > 0) await run(['docker', 'volume', 'rm', ...volumes]);
}

/** Removes everything of a sandbox, whatever state it is in. */
async function remove({directory, name, image, env}: Sandbox): Promise<void> {
	await run(compartment('destroy', '--auto-approve', '--delete-data'), {cwd: directory, env});
	// The rest, with the router first: a network in use cannot be removed.
	const router = env['COMPARTMENT_ROUTER_NAME']!;
	await run(['docker', 'rm', '--force', '--volumes', router]);
	await run(['docker', 'volume', 'rm', '--force', router]);
	await removeLabelled(`compartment.project=${name}`);
	await removeLabelled(`com.docker.compose.project=${name}`);
	await run(['docker', 'image', 'rm', '--force', image]);
	rmSync(directory, {recursive: true, force: true});
}

/** Passes a sandbox with the given number of services and a built image to `use`, and always removes it afterwards. */
export async function withSandbox<Result>(count: number, use: (sandbox: Sandbox) => Promise<Result>): Promise<Result> {
	const sandbox = await create(count);
	let removal: Promise<void> | undefined;
	// A signal and the normal end may coincide: both wait for the same removal.
	const clean = () => (removal ??= remove(sandbox));
	const stop = () => void clean().finally(() => process.exit(130));
	process.once('SIGINT', stop).once('SIGTERM', stop);
	try {
		await runWell(['docker', 'build', '--quiet', '--tag', sandbox.image, join(sandbox.directory, 'image')]);
		return await use(sandbox);
	} finally {
		process.off('SIGINT', stop).off('SIGTERM', stop);
		await clean();
	}
}
