import {execFileSync} from 'node:child_process';
import {setTimeout as pause} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {labels} from '../../source/model/labels.ts';
import {withAgent} from '../docker/agent-lab.ts';
import {containersAt, withSandbox} from '../docker/cli.ts';
import {publicService} from '../docker/cli-server.ts';
import {until} from '../docker/helpers.ts';

const rounds = 50;

const sandbox = withSandbox(async opened => {
	for (const name of ['web', 'api']) opened.addService(name);
	opened.describe({services: {web: publicService('web'), api: publicService('api')}});
	await opened.succeed(['deploy']);
});
const agent = withAgent(sandbox);

const activeOf = (service: string) => {
	const {active, deployments} = sandbox.state();
	return deployments[active[service]!]!;
};

test('commands and an agent that heals at the same time do not disturb each other', async () => {
	for (let round = 0; round < rounds; round++) {
		const killed = round % 2 === 0 ? 'web' : 'api';
		const {containerId} = activeOf(killed);
		const restarting = sandbox.run(['restart', 'web', '--auto-approve']);
		await pause((round * 97) % 1000);
		execFileSync('docker', ['kill', containerId!], {stdio: 'ignore'});
		const {exitCode, stdout, stderr} = await restarting;
		expect({exitCode, stderr}, stdout).toEqual({exitCode: 0, stderr: ''});
		await until(async () => {
			const answers = await Promise.all(['web', 'api'].map(service => sandbox.ask('/', {service})));
			return answers.every(({status}) => status === 200);
		}, 20_000);
	}
	const observed = await sandbox.observe();
	for (const service of ['web', 'api']) {
		const up = containersAt(observed, `service.${service}`).filter(({state}) => state === 'running');
		expect(up.map(({labels: own}) => own[labels.deployment])).toEqual([activeOf(service).id]);
	}
	expect(agent.problems()).toEqual([]);
	expect(agent.actions().filter(({outcome}) => outcome !== 'done')).toEqual([]);
	await sandbox.expectNoChanges();
});
