import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {apply, destroy, withCrashLab} from './lab.ts';
import {startLoad} from './load.ts';

const lab = withCrashLab();
const moments: number[] = [];
let version = 1;

/** Kills a command after a time, whatever it is doing. */
async function kill(args: readonly string[], afterMs: number): Promise<void> {
	const {child, ended} = lab.sandbox.start(args);
	await Promise.race([pause(afterMs), ended]);
	child.kill('SIGKILL');
	await ended;
	moments.push(Math.round(afterMs));
}

const rounds = Number(process.env['COMPARTMENT_CRASH_ROUNDS'] ?? 30);

// Covers the moments between engine calls, which no failpoint names.
describe('a command that is killed at a random moment', () => {
	afterAll(() => console.log(`killed after ${moments.join(', ')} ms`));

	test('of a first deploy or a destroy is finished by the next one', async () => {
		for (let round = 0; round < rounds / 3; round++) {
			lab.write(version);
			await kill(apply, 300 + Math.random() * 5000);
			const recovery = await lab.run(apply);
			expect(recovery, recovery.stdout + recovery.stderr).toMatchObject({exitCode: 0});
			await lab.expectServing(version);
			await kill(destroy, 200 + Math.random() * 2500);
			if (round % 2 === 1) {
				// The engine may still be stopping containers for the killed command.
				expect(await lab.run(apply)).toMatchObject({exitCode: 0});
				await pause(3000);
				await lab.expectServing(version);
			}
			const finished = await lab.run(destroy);
			expect(finished, finished.stdout + finished.stderr).toMatchObject({exitCode: 0});
			await lab.expectDestroyed();
			await lab.reset();
		}
	});

	describe('of a redeploy', () => {
		beforeAll(async () => {
			lab.write(version);
			expect(await lab.run(apply)).toMatchObject({exitCode: 0});
			await lab.expectServing(version);
		});

		test('loses no request and is finished by the next apply', async () => {
			for (let round = 0; round < rounds; round++) {
				lab.write(++version);
				const load = startLoad(lab.sandbox);
				await kill(apply, 200 + Math.random() * 5500);
				// Every third time the recovery is killed too.
				if (round % 3 === 2) await kill(apply, 150 + Math.random() * 1500);
				const recovery = await lab.run(apply);
				await load.stop();
				const said = `killed after ${moments.at(-1)} ms\n${recovery.stdout}${recovery.stderr}`;
				expect(recovery, said).toMatchObject({exitCode: 0});
				expect(load.losses, said).toEqual([]);
				await lab.expectServing(version);
			}
		});
	});
});
