import {afterAll, describe, expect, test} from 'vitest';
import type {FailpointName} from '../../source/failpoints.ts';
import {withSandbox} from './cli.ts';
import {composeDown, composeUp, describeAdopted, newPassword, query} from './compose-project.ts';
import {cleanUp, uniqueName, until} from './helpers.ts';

const labels = {'compartment.test': uniqueName('killed')};

const points = [
	'adopt.after-policy',
	'adopt.after-stop',
	'adopt.after-start',
	'apply.after-adopt',
	'candidate.after-ready',
	'switch.after-publish',
	'apply.after-switch',
] as const satisfies readonly FailpointName[];

describe('an adoption that is killed', () => {
	const sandbox = withSandbox(describeAdopted);
	// One for all: the environment keeps it.
	const password = newPassword();
	afterAll(() => cleanUp(sandbox.engine, labels), 60_000);

	test.each(points)('at %s is completed by the next one', {timeout: 240_000}, async point => {
		const {engine} = sandbox;
		const old = await composeUp(sandbox, labels, password);
		const adopt = ['adopt', '--compose', old.name, '--auto-approve', '--plain'];
		const killed = await sandbox.run(adopt, {env: {COMPARTMENT_FAILPOINT: point}, limitMs: 120_000});
		expect(killed.signal, killed.stdout + killed.stderr).toBe('SIGKILL');
		expect((await engine.findVolumeUsers(old.volume)).length).toBeLessThanOrEqual(1);
		await sandbox.succeed(adopt, {limitMs: 180_000});
		expect(await engine.findVolumeUsers(old.volume)).toHaveLength(1);
		const {containers} = await engine.observe({'com.docker.compose.project': old.name});
		expect(containers.map(({state}) => state)).toEqual(['exited', 'exited', 'exited']);
		await composeDown(sandbox, old);
		expect(await query(sandbox, "select count(*), sum(n) from rows where writer = 'before'")).toBe('5000|12502500');
		await until(async () => Number(await query(sandbox, "select count(*) from rows where writer = 'new'")) > 5);
		expect((await sandbox.ask()).body).toBe('web new');
		await sandbox.expectNoChanges();
		const external = ['--delete-external', 'db.data'];
		await sandbox.succeed(['destroy', '--delete-data', ...external, '--auto-approve']);
		expect(await engine.findByName('volume', old.volume)).toBeUndefined();
	});
});
