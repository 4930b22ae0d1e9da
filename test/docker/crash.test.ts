import {beforeAll, describe, expect, test} from 'vitest';
import {withForeignObjects} from '../crash/foreign.ts';
import {apply, destroy, withCrashLab} from '../crash/lab.ts';
import {startLoad} from '../crash/load.ts';

// `npm run crash` tests every failpoint.
describe('a command that is killed', () => {
	const lab = withCrashLab();
	const expectForeignUntouched = withForeignObjects();

	async function succeed(args: readonly string[]): Promise<string> {
		const outcome = await lab.run(args);
		expect(outcome, outcome.stdout + outcome.stderr).toMatchObject({exitCode: 0});
		return outcome.stdout;
	}

	beforeAll(() => lab.write(1));

	test('between two containers of a first deploy is completed by the next apply', async () => {
		expect(await lab.crash(apply, 'apply.after-run-candidate')).toBe(true);
		const interrupted = await lab.run(['plan']);
		expect(interrupted).toMatchObject({exitCode: 0});
		expect(interrupted.stderr).toContain('interrupted');
		expect(await succeed(apply)).toContain('removed candidate');
		await lab.expectServing(1);
	});

	test.for([
		['resource.after-start', 'restored the previous container'],
		['switch.after-publish', 'the switch had already happened: web, worker now run the new deployment'],
	])('at %s of a redeploy loses no request and no data', async ([point, message], {expect: check}) => {
		const version = point === 'resource.after-start' ? 2 : 3;
		lab.write(version);
		const load = startLoad(lab.sandbox);
		check(await lab.crash(apply, point!)).toBe(true);
		const said = await succeed(apply);
		await load.stop();
		check(said).toContain(message);
		check(load.losses).toEqual([]);
		check(load.count()).toBeGreaterThan(20);
		await lab.expectServing(version);
	});

	test('in the middle of a destroy is completed by the next destroy', async () => {
		expect(await lab.crash(destroy, 'apply.after-remove:2')).toBe(true);
		await succeed(destroy);
		await lab.expectDestroyed();
		await expectForeignUntouched();
	});
});
