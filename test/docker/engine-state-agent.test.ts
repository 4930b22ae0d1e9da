import {execFileSync} from 'node:child_process';
import {expect, test} from 'vitest';
import {withAgent} from './agent-lab.ts';
import {withSandbox} from './cli.ts';
import {publicService} from './cli-server.ts';
import {addMachine} from './engine-state-lab.ts';

const sandbox = withSandbox(async opened => {
	opened.addService('web');
	opened.describe({services: {web: publicService('web')}});
	await opened.succeed(['environment', 'create', 'production', '--state', 'engine']);
	await opened.succeed(['apply', '--auto-approve']);
});
const agent = withAgent(sandbox);

test('an agent looks after what another machine has deployed since', async () => {
	sandbox.setVersion('web', 'v2');
	const other = addMachine(sandbox, 'other');
	await other.succeed(['apply', '--auto-approve', '--lock-timeout', '1m']);
	const {id} = await sandbox.running('service.web');
	await agent.heals('service.web', async () => execFileSync('docker', ['rm', '--force', id], {stdio: 'ignore'}));
	const healed = await sandbox.running('service.web');
	expect(healed.id).not.toBe(id);
	expect((await sandbox.ask()).body).toBe('web v2');
	expect(agent.problems()).toEqual([]);
	// Neither works with an old state.
	await sandbox.expectNoChanges();
	const plan = await other.run(['plan', '--detailed-exitcode']);
	expect(plan, plan.stdout).toMatchObject({exitCode: 0});
});
