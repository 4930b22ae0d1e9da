import {afterAll, describe, expect, test} from 'vitest';
import {withForeignObjects} from './foreign.ts';
import {apply, destroy, withCrashLab} from './lab.ts';
import {hitsOf, pointsOf} from './points.ts';

const lab = withCrashLab();
const expectForeignUntouched = withForeignObjects();
let crashes = 0;
afterAll(() => console.log(`${crashes} crashes`));

async function succeed(args: readonly string[]): Promise<void> {
	const outcome = await lab.run(args);
	expect(outcome, outcome.stdout + outcome.stderr).toMatchObject({exitCode: 0});
}

describe('a first deploy that is killed', () => {
	test.for(pointsOf('first deploy'))('at %s is finished by the next apply', async point => {
		let wasHit = false;
		for (let hit = 1; hit <= hitsOf(point); hit++) {
			lab.write(1);
			const wasKilled = await lab.crash(apply, `${point}:${hit}`);
			expect((await lab.run(['plan'])).exitCode).toBe(0);
			await succeed(apply);
			await lab.expectServing(1);
			await lab.reset();
			if (!wasKilled) break;
			wasHit = true;
			crashes++;
		}
		// The identity is made once in a sandbox.
		expect(wasHit || point.startsWith('identity.')).toBe(true);
		await expectForeignUntouched();
	});
});

describe('a destroy that is killed', () => {
	test.for(pointsOf('destroy'))(
		'at %s is finished by the next destroy, and a deploy has the data back',
		async point => {
			lab.write(1);
			await succeed(apply);
			await lab.expectServing(1);
			let wasHit = false;
			for (let hit = 1; hit <= hitsOf(point); hit++) {
				const wasKilled = await lab.crash(destroy, `${point}:${hit}`);
				// Every other time the user changes their mind.
				if (hit % 2 === 1) await succeed(destroy);
				if (hit % 2 === 1) await lab.expectDestroyed();
				await succeed(apply);
				await lab.expectServing(1);
				if (!wasKilled) break;
				wasHit = true;
				crashes++;
			}
			expect(wasHit).toBe(true);
			await expectForeignUntouched();
			await lab.reset();
		},
	);
});
