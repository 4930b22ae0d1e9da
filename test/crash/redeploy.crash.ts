import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {withForeignObjects} from './foreign.ts';
import {apply, withCrashLab} from './lab.ts';
import {startLoad} from './load.ts';
import {hitsOf, pointsOf} from './points.ts';

const lab = withCrashLab();
const expectForeignUntouched = withForeignObjects();
const totals = {crashes: 0, requests: 0, slowestMs: 0};
let version = 1;

describe('a redeploy under load that is killed', () => {
	beforeAll(async () => {
		lab.write(version);
		expect(await lab.run(apply)).toMatchObject({exitCode: 0});
		await lab.expectServing(version);
	});

	test.for(pointsOf('redeploy'))('at %s is finished by the next apply and loses no request', async point => {
		let wasHit = false;
		for (let hit = 1; hit <= hitsOf(point); hit++) {
			lab.write(++version);
			const load = startLoad(lab.sandbox);
			const wasKilled = await lab.crash(apply, `${point}:${hit}`);
			const recovery = await lab.run(apply);
			await load.stop();
			const said = `hit ${hit}:\n${recovery.stdout}${recovery.stderr}`;
			expect(recovery, said).toMatchObject({exitCode: 0});
			expect(load.losses, said).toEqual([]);
			await lab.expectServing(version);
			totals.requests += load.count();
			if (!wasKilled) break;
			wasHit = true;
			totals.crashes++;
			totals.slowestMs = Math.max(totals.slowestMs, recovery.durationMs);
		}
		expect(wasHit).toBe(true);
		await expectForeignUntouched();
	});

	afterAll(() => {
		const {crashes, requests, slowestMs} = totals;
		console.log(`${crashes} crashes, ${requests} requests, none lost; slowest recovery ${Math.round(slowestMs)} ms`);
	});
});
