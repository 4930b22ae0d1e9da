import {readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'vitest';
import {readState} from '../../source/state/store.ts';
import {containersAt, filesBelow, type Outcome, type Sandbox, withSandbox} from '../docker/cli.ts';
import {publicService, storeResource} from '../docker/cli-server.ts';

/** A sandbox whose commands can be killed at a failpoint. */
export type CrashLab = {
	readonly sandbox: Sandbox;
	/** Writes a version of the project: the sources of its services and the resource's configuration. */
	readonly write: (version: number) => void;
	/** Kills the command at a failpoint. False when it ended without reaching it. */
	readonly crash: (args: readonly string[], point: string) => Promise<boolean>;
	readonly run: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Outcome>;
	/** Fails unless this version is active and everything is as a complete apply leaves it. */
	readonly expectServing: (version: number) => Promise<void>;
	/** Fails when a destroy left something running. */
	readonly expectDestroyed: () => Promise<void>;
	/** Removes everything, so that the next deploy is a first deploy. */
	readonly reset: () => Promise<void>;
};

export const apply = ['apply', '--auto-approve'] as const;
export const destroy = ['destroy', '--auto-approve'] as const;

/** Longer than any deadline of a command: what takes as long is not judged by this test. */
const limitMs = 300_000;

const directoryOf = ({folder}: Sandbox) => join(folder, '.compartment', 'production');

type Shape = {
	readonly services: Readonly<Record<string, unknown>>;
	readonly resources: Readonly<Record<string, {readonly env: {readonly GREETING: string}}>>;
};

/** @param shape the content of compartment.yml for a version */
export function withCrashLab(shape: (version: number) => Shape = describeProject): CrashLab {
	const sandbox = withSandbox(({addService}) => {
		for (const name of ['web', 'worker']) addService(name);
	});
	const said: string[] = [];
	let serial = 0;
	let hasMarker = false;

	const run: CrashLab['run'] = async (args, env) => {
		const outcome = await sandbox.run(args, {env, limitMs});
		said.push(outcome.stdout, outcome.stderr);
		expect(outcome.stderr).not.toMatch(/\n +at |bug in Compartment/);
		return outcome;
	};

	/** Expects a valid state whose serial never decreases. */
	async function readGrownState() {
		const state = (await readState(directoryOf(sandbox), sandbox.env))!;
		expect(state.serial).toBeGreaterThanOrEqual(serial);
		serial = state.serial;
		return state;
	}

	/** Expects the generated secret in no file, label or output. */
	async function expectNoSecret(containerId: string): Promise<void> {
		const {stdout} = await sandbox.engine.exec(containerId, ['printenv', 'TOKEN']);
		const token = stdout.trim();
		expect(token).toMatch(/^[0-9a-f]{48}$/);
		const forms = [token, Buffer.from(token).toString('base64'), Buffer.from(token, 'hex').toString('base64')];
		const observed = JSON.stringify(await sandbox.observe());
		const files = filesBelow(join(sandbox.folder, '.compartment')).map(path => readFileSync(path, 'latin1'));
		for (const text of [...files, ...said, observed]) for (const form of forms) expect(text).not.toContain(form);
	}

	/** Expects that the data, written once, is never lost. */
	async function expectMarker(containerId: string): Promise<void> {
		const {engine} = sandbox;
		if (!hasMarker) await engine.exec(containerId, ['sh', '-c', 'echo kept >/data/marker; sync']);
		hasMarker = true;
		expect((await engine.exec(containerId, ['cat', '/data/marker'])).stdout).toBe('kept\n');
	}

	async function expectServing(version: number): Promise<void> {
		const {engine, project} = sandbox;
		const state = await readGrownState();
		const observed = await sandbox.observe();
		// The state matches the engine: only active containers run, and every stopped one is recorded.
		const expected = [
			...Object.values(state.active).map(id => state.deployments[id]!),
			...Object.values(state.resources),
		];
		const running = observed.containers.filter(container => container.state !== 'exited');
		expect(running.map(({id}) => id).sort()).toEqual(expected.map(({containerId}) => containerId).sort());
		expect(running.map(({name}) => name).sort()).toEqual(expected.map(({containerName}) => containerName).sort());
		expect(running.every(container => container.state === 'running')).toBe(true);
		const recorded = new Set(Object.values(state.deployments).map(({containerId}) => containerId));
		const stopped = observed.containers.filter(container => container.state === 'exited');
		expect(stopped.filter(({id}) => !recorded.has(id)).map(({name}) => name)).toEqual([]);
		expect(observed.networks.map(({name}) => name).sort()).toEqual(
			[state.networks!.environment.name, state.networks!.mesh.name].sort(),
		);
		expect(observed.volumes.map(({name}) => name)).toEqual(Object.values(state.volumes).map(({name}) => name));
		expect(Object.values(state.deployments).filter(({status}) => status === 'running')).toEqual([]);
		// Each service has one running container, which serves this version.
		for (const service of Object.keys(state.active))
			expect(containersAt({...observed, containers: running}, `service.${service}`)).toHaveLength(1);
		if (state.active['web']) {
			expect((await sandbox.ask()).body).toBe(`web v${version}`);
			// If two deployments had the name, both would answer in turn.
			const inNetworks = JSON.stringify(running.map(({name, networks}) => ({name, networks})));
			for (const service of Object.keys(state.active))
				for (let time = 0; time < 4; time++)
					expect((await sandbox.ask(`/sibling/${service}`)).body, inNetworks).toBe(`${service} v${version}`);
		}
		const {resources} = shape(version);
		for (const {name, containerId} of Object.values(state.resources)) {
			await expectMarker(containerId);
			await expectNoSecret(containerId);
			expect((await engine.exec(containerId, ['printenv', 'GREETING'])).stdout).toBe(
				`${resources[name]!.env.GREETING}\n`,
			);
		}
		// The next plan is empty, and the state can be listed.
		await sandbox.expectNoChanges();
		expect((await run(['state', 'list'])).exitCode, project).toBe(0);
	}

	return {
		sandbox,
		run,
		expectServing,
		write(version) {
			for (const name of ['web', 'worker']) sandbox.setVersion(name, `v${version}`);
			sandbox.describe(shape(version));
		},
		async crash(args, point) {
			const outcome = await run(args, {COMPARTMENT_FAILPOINT: point});
			if (outcome.signal === 'SIGKILL') {
				// The state is readable at any time.
				const state = await readState(directoryOf(sandbox), sandbox.env);
				expect(state?.serial ?? 0).toBeGreaterThanOrEqual(serial);
				return true;
			}
			expect(outcome, outcome.stdout + outcome.stderr).toMatchObject({exitCode: 0});
			return false;
		},
		async expectDestroyed() {
			const state = await readGrownState();
			const observed = await sandbox.observe();
			expect(observed.containers.map(({name}) => name)).toEqual([]);
			expect(observed.networks.map(({name}) => name)).toEqual([]);
			expect(observed.volumes.map(({name}) => name)).toEqual(Object.values(state.volumes).map(({name}) => name));
			expect(state).toMatchObject({active: {}, resources: {}, networks: null, routes: null});
			const images = await sandbox.engine.listImages({'compartment.image.project': sandbox.project});
			expect(images).toEqual([]);
		},
		async reset() {
			const outcome = await run([...destroy, '--delete-data']);
			expect(outcome, outcome.stdout + outcome.stderr).toMatchObject({exitCode: 0});
			expect((await sandbox.observe()).volumes).toEqual([]);
			rmSync(join(sandbox.folder, '.compartment'), {recursive: true});
			serial = 0;
			hasMarker = false;
		},
	};
}

/** A web service, a worker, and a resource with data and a generated secret that the web service uses. */
export const describeProject = (version: number) => ({
	services: {
		web: publicService('web', {connections: {store: {env: {STORE: 'address', STORE_TOKEN: 'token'}}}}),
		worker: {kind: 'worker', path: './services/worker', port: 3000},
	},
	resources: {store: describeStore(version)},
});

const describeStore = (version: number) =>
	storeResource(`v${version}`, {
		generatedVariables: {TOKEN: {generator: 'token'}},
		outputs: {
			address: {sensitive: false, value: '${resource.host}:7000'},
			token: {sensitive: true, value: '${env.TOKEN}'},
		},
	});
