import {beforeAll, describe, expect, test} from 'vitest';
import {apply, describeProject, withCrashLab} from './lab.ts';
import {startLoad} from './load.ts';

const lab = withCrashLab(version => {
	const {services, resources} = describeProject(version);
	return {services: {web: services.web}, resources};
});
let version = 1;

describe('a redeploy under load of a service without siblings, which gets its name after the switch,', () => {
	beforeAll(async () => {
		lab.write(version);
		expect(await lab.run(apply)).toMatchObject({exitCode: 0});
		await lab.expectServing(version);
	});

	test.for(['apply.before-switch', 'switch.after-publish', 'switch.between-names', 'apply.after-switch'])(
		'when killed at %s is finished by the next apply and loses no request',
		async point => {
			lab.write(++version);
			const load = startLoad(lab.sandbox);
			expect(await lab.crash(apply, point)).toBe(true);
			const recovery = await lab.run(apply);
			await load.stop();
			const said = `${recovery.stdout}${recovery.stderr}`;
			expect(recovery, said).toMatchObject({exitCode: 0});
			expect(load.losses, said).toEqual([]);
			await lab.expectServing(version);
		},
	);
});
