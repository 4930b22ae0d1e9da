import {expect, test} from 'vitest';
import {withAgent} from '../docker/agent-lab.ts';
import {withSandbox} from '../docker/cli.ts';
import {publicService} from '../docker/cli-server.ts';
import {keepAsking} from '../docker/life-asking.ts';

const sandbox = withSandbox(async opened => {
	opened.addService('web');
	opened.describe({services: {web: publicService('web')}});
	await opened.succeed(['deploy']);
});
const agent = withAgent(sandbox);

test('a service that hangs is replaced, and no request is lost', async () => {
	const {id} = await sandbox.running('service.web');
	const stopAsking = keepAsking(sandbox, '/');
	await agent.heals('service.web', () => sandbox.ask('/sicken'));
	expect(await stopAsking()).toEqual(['200 web v1']);
	expect((await sandbox.running('service.web')).id).not.toBe(id);
	await sandbox.expectNoChanges();
});
