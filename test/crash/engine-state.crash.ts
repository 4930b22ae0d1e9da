import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {addMachine} from '../docker/engine-state-lab.ts';
import type {Client} from '../docker/second-client.ts';
import {apply, withCrashLab} from './lab.ts';
import {startLoad} from './load.ts';
import {hitsOf, pointsOf} from './points.ts';

const lab = withCrashLab();
const totals = {crashes: 0, requests: 0};
let other: Client;
let version = 1;

describe('a redeploy with the state on the engine that is killed', () => {
	beforeAll(async () => {
		lab.write(version);
		expect(await lab.run(['environment', 'create', 'production', '--state', 'engine'])).toMatchObject({exitCode: 0});
		expect(await lab.run(apply)).toMatchObject({exitCode: 0});
		await lab.expectServing(version);
		other = addMachine(lab.sandbox, 'other');
	});

	test.for(pointsOf('redeploy'))(
		'at %s is finished by the next apply of another machine and loses no request',
		async point => {
			let wasHit = false;
			for (let hit = 1; hit <= hitsOf(point); hit++) {
				lab.write(++version);
				other.cloneSources();
				const load = startLoad(lab.sandbox);
				const wasKilled = await lab.crash(apply, `${point}:${hit}`);
				// The machine may be lost as well.
				if (hit % 2 === 0) rmSync(join(lab.sandbox.folder, '.compartment'), {recursive: true});
				const recovery = await other.run(apply);
				await load.stop();
				const said = `hit ${hit}:\n${recovery.stdout}${recovery.stderr}`;
				expect(recovery, said).toMatchObject({exitCode: 0});
				expect(load.losses, said).toEqual([]);
				expect(await lab.run(['status']), said).toMatchObject({exitCode: 0});
				await lab.expectServing(version);
				totals.requests += load.count();
				if (!wasKilled) break;
				wasHit = true;
				totals.crashes++;
			}
			expect(wasHit).toBe(true);
		},
	);

	afterAll(() => console.log(`${totals.crashes} crashes, ${totals.requests} requests, none lost`));
});

describe('a move of the state that is killed', () => {
	const moving = withCrashLab();

	test.for([
		['engine', 'migrate.after-begin'],
		['engine', 'state.before-write'],
		['engine', 'migrate.after-put'],
		['local', 'migrate.after-begin'],
		['local', 'migrate.after-move'],
	] as const)('to %s at %s is ended by the next command', async ([to, point]) => {
		moving.write(1);
		const from = to === 'engine' ? 'local' : 'engine';
		expect(await moving.run(apply)).toMatchObject({exitCode: 0});
		expect(await moving.run(['state', 'migrate', '--to', from])).toMatchObject({exitCode: 0});
		expect(await moving.crash(['state', 'migrate', '--to', to], point)).toBe(true);
		expect(await moving.run(['variable', 'set', 'AFTER', point.replace('.', '-')])).toMatchObject({exitCode: 0});
		expect(await moving.run(apply)).toMatchObject({exitCode: 0});
		await moving.expectServing(1);
		expect(await moving.run(['state', 'migrate', '--to', to])).toMatchObject({exitCode: 0});
		await moving.expectServing(1);
	});
});
