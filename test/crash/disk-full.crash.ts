import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, describe, expect, test} from 'vitest';
import {failpointNames} from '../../source/failpoints.ts';
import {apply, withCrashLab} from './lab.ts';
import {startLoad} from './load.ts';

const lab = withCrashLab();
let version = 1;

/** Failpoints before which a write can fail, unlike those after a rename or a journal line. */
const points = failpointNames.filter(name =>
	/^state\.(before-write|after-write|after-archive|before-rename)$|^journal\.before-(open|begin|done|state|close)$/.test(
		name,
	),
);

describe('a disk that becomes full during an apply', () => {
	beforeAll(async () => {
		lab.write(version);
		expect(await lab.run(apply)).toMatchObject({exitCode: 0});
	});

	test.for(points)('at %s is reported, loses no request, and the next apply succeeds', async point => {
		const hits = /before-(write|begin)$/.test(point) ? 20 : 3;
		for (let hit = 1; hit <= hits; hit++) {
			const stateFile = join(lab.sandbox.folder, '.compartment/production/state.json');
			lab.write(++version);
			const load = startLoad(lab.sandbox);
			const failed = await lab.run(apply, {COMPARTMENT_FAILPOINT: `${point}:${hit}:full`});
			const said = `hit ${hit}\n${failed.stdout}${failed.stderr}`;
			const wasHit = failed.exitCode !== 0;
			if (wasHit) {
				expect(failed.exitCode, said).toBe(1);
				expect(failed.stdout + failed.stderr).toMatch(/no space|ENOSPC|disk is full/i);
			}
			JSON.parse(readFileSync(stateFile, 'utf8'));
			const recovery = await lab.run(apply);
			await load.stop();
			expect(recovery, said + recovery.stdout + recovery.stderr).toMatchObject({exitCode: 0});
			expect(load.losses, said).toEqual([]);
			await lab.expectServing(version);
			if (!wasHit) break;
		}
	});
});
