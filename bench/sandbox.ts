import {mkdirSync, mkdtempSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {run, runWell} from './processes.ts';
import {removeSandbox} from './remove-sandbox.ts';
import {type Shape, workers} from './shapes.ts';

/** A project with its own router, settings and networks. */
export type Sandbox = {
	readonly directory: string;
	readonly name: string;
	/** Image of every service. */
	readonly image: string;
	/** Their names; with `resourcesAndWorker`, those of the resources. */
	readonly services: readonly string[];
	readonly shape: Shape;
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

let created = 0;

async function create(count: number, shape: Shape): Promise<Sandbox> {
	const directory = mkdtempSync(join(tmpdir(), 'compartment-bench-'));
	const id = `${process.pid}-${++created}`;
	const name = `bench-${id}`;
	const image = `compartment-bench:${id}`;
	const services = Array.from({length: count}, (_, index) => `${shape.prefix}-${index}`);
	mkdirSync(join(directory, 'image'));
	for (const [file, text] of Object.entries(shape.files)) writeFileSync(join(directory, 'image', file), text);
	const settings = join(directory, 'settings');
	mkdirSync(settings, {mode: 0o700});
	// Compose does not wait for this either.
	writeFileSync(join(settings, 'settings.json'), JSON.stringify({minHealthyMs: 0, drainSeconds: 0}));
	writeFileSync(join(directory, 'compartment.yml'), shape.describe({name, image, services}));
	const env = {
		...process.env,
		COMPARTMENT_CONFIG_HOME: settings,
		COMPARTMENT_ROUTER_NAME: `compartment-${name}`,
		COMPARTMENT_ROUTER_PORT: String(await freePort()),
		COMPARTMENT_ROUTER_TLS_PORT: String(await freePort()),
		COMPARTMENT_NETWORK_POOL: '10.219.0.0/16',
	};
	return {directory, name, image, services, shape, env};
}

/** Passes a sandbox with the given number of services and a built image to `use`, and always removes it afterwards. */
export async function withSandbox<Result>(
	count: number,
	use: (sandbox: Sandbox) => Promise<Result>,
	shape: Shape = workers,
): Promise<Result> {
	const sandbox = await create(count, shape);
	let removal: Promise<void> | undefined;
	// A signal and the normal end may coincide: both wait for the same removal.
	const clean = () => (removal ??= removeSandbox(sandbox));
	const stop = () => void clean().finally(() => process.exit(130));
	// A signal often comes twice, as npm passes on what its process group gets too: the second must not cut the removal off.
	process.on('SIGINT', stop).on('SIGTERM', stop);
	try {
		await runWell(['docker', 'build', '--quiet', '--tag', sandbox.image, join(sandbox.directory, 'image')]);
		return await use(sandbox);
	} finally {
		process.off('SIGINT', stop).off('SIGTERM', stop);
		await clean();
	}
}
