import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {networkNumber} from '../../source/state/networks.ts';
import {publicService} from '../docker/cli-server.ts';
import {withForeignObjects} from './foreign.ts';
import {apply, type CrashLab, describeProject, destroy, withCrashLab} from './lab.ts';
import {startLoad} from './load.ts';
import {hitsOf, pointsOf} from './points.ts';

const replace = [...apply, '--replace', 'network'] as const;

/** What the web service passes on: both must answer from old and new networks. */
const passedOn = ['/store', '/sibling/api'];

const points = pointsOf('larger networks');
const ofResources = points.filter(point => /^resource\.|-replace-resource$/.test(point));

const totals = {crashes: 0, requests: 0, slowestMs: 0};
afterAll(() => {
	const {crashes, requests, slowestMs} = totals;
	console.log(`${crashes} crashes, ${requests} requests, none lost; slowest recovery ${Math.round(slowestMs)} ms`);
});

/** The project of the lab with an API. The resource has a separate version, because it usually stays as it is. */
function withNetworkLab(more: (version: number) => Readonly<Record<string, unknown>> = () => ({})) {
	let version = 1;
	let storeVersion = 1;
	const lab = withCrashLab(written => ({
		services: {...describeProject(written).services, api: publicService('api', {kind: 'api'}), ...more(written)},
		resources: describeProject(storeVersion).resources,
	}));
	const succeed = async (args: readonly string[]) => {
		const outcome = await lab.run(args);
		expect(outcome, outcome.stdout + outcome.stderr).toMatchObject({exitCode: 0});
		return outcome;
	};
	const write = () => {
		lab.sandbox.addService('api', `v${version}`);
		lab.write(version);
	};
	const store = async () => {
		const {id, startedAt} = await lab.sandbox.running('resource.store');
		return {id, startedAt};
	};
	beforeAll(async () => {
		write();
		await succeed(apply);
		await lab.expectServing(version);
	});
	return {
		lab,
		succeed,
		store,
		expectServing: () => lab.expectServing(version),
		writeNext() {
			version++;
			write();
		},
		writeNextStore() {
			storeVersion = version + 1;
			version++;
			write();
		},
	};
}

/** The number of the networks that serve. */
function servingNumber({sandbox}: CrashLab): number {
	const state = sandbox.state();
	return networkNumber(state, state.networks!.environment.name);
}

/**
 * Kills an apply that replaces the networks, and expects that the next one leaves everything as a complete apply does,
 * without a lost request. False if the apply ended without reaching the point.
 */
async function survive(
	{lab, expectServing}: ReturnType<typeof withNetworkLab>,
	point: string,
	passed: readonly string[] = passedOn,
): Promise<boolean> {
	const load = startLoad(lab.sandbox, passed);
	const wasKilled = await lab.crash(replace, point);
	const recovery = await lab.run(apply);
	await load.stop();
	const said = `${point}:\n${recovery.stdout}${recovery.stderr}`;
	expect(recovery, said).toMatchObject({exitCode: 0});
	expect(load.losses, said).toEqual([]);
	await expectServing();
	totals.requests += load.count();
	if (!wasKilled) return false;
	totals.crashes++;
	totals.slowestMs = Math.max(totals.slowestMs, recovery.durationMs);
	return true;
}

describe('a replacement of the networks under load that is killed', () => {
	const world = withNetworkLab();
	const {lab} = world;
	const expectForeignUntouched = withForeignObjects();

	test.for(points.filter(point => !ofResources.includes(point)))(
		'at %s is finished by the next apply, loses no request and does not touch the resource',
		async point => {
			const store = await world.store();
			let wasHit = false;
			for (let hit = 1; hit <= hitsOf(point); hit++) {
				world.writeNext();
				const before = servingNumber(lab);
				const wasKilled = await survive(world, `${point}:${hit}`);
				// Without a new network in the journal there is nothing to continue.
				const moved = servingNumber(lab) - before;
				if (!wasKilled || point.startsWith('networks.')) expect(moved).toBe(1);
				else expect([0, 1]).toContain(moved);
				expect(await world.store()).toEqual(store);
				if (!wasKilled) break;
				wasHit = true;
			}
			expect(wasHit).toBe(true);
			await expectForeignUntouched();
		},
	);

	test.for(ofResources)('at %s while the resource is replaced too is finished by the next apply', async point => {
		world.writeNextStore();
		// The resource is replaced stop-first, so what it answers is not counted.
		expect(await survive(world, point, ['/sibling/api'])).toBe(true);
	});

	test('at one stage after the other, with another version each time, is finished by the last apply', async () => {
		const before = servingNumber(lab);
		const load = startLoad(lab.sandbox, passedOn);
		const crash = async (args: readonly string[], point: string) => {
			world.writeNext();
			expect(await lab.crash(args, point), point).toBe(true);
		};
		await crash(replace, 'apply.after-create-network');
		for (const point of [
			'networks.after-create',
			'networks.after-connect',
			'candidate.after-ready',
			'switch.after-publish',
			'recover.after-outcome',
			'retire.after-leave',
			'networks.after-move',
			'networks.after-leave',
			'apply.after-remove',
		])
			await crash(apply, point);
		const recovery = await world.succeed(apply);
		await load.stop();
		expect(load.losses, recovery.stdout).toEqual([]);
		await world.expectServing();
		expect(servingNumber(lab)).toBe(before + 1);
	});

	test.for([
		['networks.after-connect', 'recover.after-outcome'],
		['candidate.after-ready', 'recover.after-discard'],
		['switch.after-publish', 'recover.before-outcome'],
		['switch.after-publish', 'recover.after-retire'],
		['apply.after-switch:2', 'retire.after-drain'],
		['networks.after-leave', 'networks.after-leave'],
	] as const)('at %s, and again at %s while it recovers, is finished by the next apply', async ([first, second]) => {
		world.writeNext();
		const load = startLoad(lab.sandbox, passedOn);
		expect(await lab.crash(replace, first)).toBe(true);
		// Not every recovery reaches this point.
		await lab.crash(apply, second);
		const recovery = await world.succeed(apply);
		await load.stop();
		expect(load.losses, recovery.stdout).toEqual([]);
		await world.expectServing();
	});

	// The router gets the new subnets first, so the second switch is that of the traffic.
	test.for([
		['networks.after-create', 'restart', 0],
		['networks.after-connect', 'rollback', 0],
		['candidate.after-ready', 'restart', 0],
		['apply.after-switch:2', 'rollback', 1],
		['networks.after-move', 'restart', 1],
		['networks.after-leave', 'rollback', 1],
	] as const)('at %s lets a %s go on with the networks that serve', async ([point, command, moved]) => {
		const before = servingNumber(lab);
		world.writeNext();
		const load = startLoad(lab.sandbox, command === 'restart' ? [] : passedOn);
		expect(await lab.crash(replace, point)).toBe(true);
		await world.succeed([command, '--auto-approve']);
		expect(servingNumber(lab) - before).toBe(moved);
		const recovery = await world.succeed(apply);
		await load.stop();
		expect(load.losses, recovery.stdout).toEqual([]);
		await world.expectServing();
	});

	test('leaves nothing after a destroy', async () => {
		for (const point of [
			'apply.after-create-network',
			'networks.after-connect',
			'switch.after-publish',
			'networks.after-leave',
		]) {
			world.writeNext();
			expect(await lab.crash(replace, point), point).toBe(true);
			await world.succeed(destroy);
			await lab.expectDestroyed();
			await world.succeed(apply);
			await world.expectServing();
		}
	});
});

describe('an apply that outgrows the networks', () => {
	const program = `require('node:http').createServer((q, a) => a.end(process.env.COMPARTMENT_SERVICE_NAME + ' ' + process.env.STAGE)).listen(3000)`;
	let count = 0;
	const small = (version: number) => ({
		image: 'node:24-slim',
		kind: 'api',
		port: 3000,
		env: {STAGE: `v${version}`},
		run: {command: `node -e "${program}"`},
	});
	const world = withNetworkLab(version =>
		Object.fromEntries(Array.from({length: count}, (_, index) => [`small${index}`, small(version)])),
	);
	const {lab} = world;

	test.for(['networks.after-connect', 'switch.after-publish', 'networks.after-move'])(
		'and is killed at %s is finished by the next one',
		async point => {
			await lab.reset();
			count = 0;
			await lab.run(['settings', 'set', 'networkPrefix', '28']);
			world.writeNext();
			await world.succeed(apply);
			const {subnet} = lab.sandbox.state().networks!.environment;
			count = 6;
			// They fit beside what runs, but not beside a new deployment of everything.
			world.writeNext();
			await world.succeed(apply);
			world.writeNext();
			const load = startLoad(lab.sandbox, passedOn);
			expect(await lab.crash(apply, point)).toBe(true);
			const recovery = await world.succeed(apply);
			await load.stop();
			expect(load.losses, recovery.stdout).toEqual([]);
			await world.expectServing();
			expect(servingNumber(lab)).toBe(2);
			const after = lab.sandbox.state().networks!.environment.subnet;
			expect([subnet, after].map(each => each.split('/')[1])).toEqual(['27', '26']);
		},
	);
});
