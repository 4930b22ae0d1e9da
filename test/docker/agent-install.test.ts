import {statfs} from 'node:fs/promises';
import {afterEach, expect, test} from 'vitest';
import {readEngineDisk} from '../../source/agent/engine-disk.ts';
import {labels} from '../../source/model/labels.ts';
import {withSandbox} from './cli.ts';
import {idleSpec, uniqueName, until, withEngine} from './helpers.ts';

const sandbox = withSandbox();

type Status = {
	readonly agents: readonly {
		readonly isRunning: boolean;
		readonly environments: readonly {readonly folder: string}[];
		readonly problems: readonly unknown[];
	}[];
};

const statusOf = async (): Promise<Status> => JSON.parse(await sandbox.succeed(['agent', 'status', '--json']));

afterEach(async () => {
	await sandbox.run(['agent', 'uninstall', '--container']);
});

test('an installed container is the agent of the registered projects, and comes back after it was killed', async () => {
	sandbox.describe({services: {tidy: {kind: 'job', image: 'node:24-slim'}}});
	await sandbox.succeed(['apply', '--auto-approve']);
	await sandbox.succeed(['agent', 'add']);
	const installed = JSON.parse(await sandbox.succeed(['agent', 'install', '--container', '--json']));
	expect(installed).toMatchObject({kind: 'container', container: expect.stringMatching(/^compartment-agent-/)});
	const isLookingAfter = async () => {
		const [agent] = (await statusOf()).agents;
		return agent?.isRunning === true && agent.environments.length === 1;
	};
	await until(isLookingAfter, 30_000);
	const [agent] = (await statusOf()).agents;
	expect(agent).toMatchObject({isRunning: true, environments: [{folder: sandbox.folder}], problems: []});

	const {engine} = sandbox;
	const {id} = (await engine.findByName('container', installed.container))!;
	// As root, because the container has no capability, and its init is process 1.
	await engine.exec(id, ['sh', '-c', 'kill -9 -1'], {user: '0'}).catch(() => undefined);
	await until(async () => (await engine.inspectContainer(id))?.restartCount === 1, 30_000);
	await until(isLookingAfter, 30_000);

	await sandbox.succeed(['agent', 'uninstall', '--container']);
	expect(await engine.findByName('container', installed.container)).toBeUndefined();
	expect((await statusOf()).agents[0]?.isRunning).toBe(false);
});

test('an installed container sees a project that is registered later, and no more one that is removed', async () => {
	await sandbox.succeed(['agent', 'remove']);
	const {container} = JSON.parse(await sandbox.succeed(['agent', 'install', '--container', '--json']));
	const idOf = async () => (await sandbox.engine.findByName('container', container))!.id;
	const first = await idOf();
	const {folder} = sandbox;
	const looks = async (count: number) => {
		const [agent] = (await statusOf()).agents;
		return agent?.isRunning === true && agent.environments.length === count && agent.problems.length === 0;
	};
	const replaced = "The agent's container was replaced by one that sees the projects that are registered now.";
	const added = await sandbox.succeed(['agent', 'add']);
	expect(added).toBe(`${folder} is registered now.\n${replaced}\n`);
	expect(await idOf()).not.toBe(first);
	// It sees the folder only if it is mounted.
	await until(() => looks(1), 30_000);
	expect(await sandbox.succeed(['agent', 'add'])).toBe(`${folder} was registered already.\n`);

	expect(await sandbox.succeed(['agent', 'remove'])).toContain(replaced);
	await until(() => looks(0), 30_000);
});

const {engine, labels: own} = withEngine();

test('the disk of the engine is read in the router, and without one in the folder of the engine', async () => {
	const name = uniqueName('router');
	const router = {name, listen: '127.0.0.1', port: 1, tlsPort: 2};
	const {rootDirectory} = await engine.info();
	const {blocks, bfree, bavail, bsize} = await statfs(rootDirectory);
	const here = (await readEngineDisk(engine, router))!;
	expect(Math.abs(here.size - (blocks - bfree + bavail) * bsize)).toBeLessThan(here.size / 100);
	await engine.run({...idleSpec({...own, [labels.router]: 'true'}), name});
	const inside = (await readEngineDisk(engine, router))!;
	expect(Math.abs(inside.size - here.size)).toBeLessThan(here.size / 100);
	expect(inside.free).toBeGreaterThan(0);
	expect(inside.free).toBeLessThanOrEqual(inside.size);
});
