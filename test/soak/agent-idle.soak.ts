import {setTimeout as pause} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {withAgent} from '../docker/agent-lab.ts';
import {withSandbox} from '../docker/cli.ts';
import {publicService} from '../docker/cli-server.ts';
import {smallImage} from '../docker/helpers.ts';

const workers = Array.from({length: 48}, (_, index) => `worker-${index + 1}`);

const sandbox = withSandbox(async opened => {
	for (const name of ['web', 'api']) opened.addService(name);
	opened.describe({
		services: {
			web: publicService('web'),
			api: publicService('api'),
			...Object.fromEntries(
				workers.map(name => [name, {kind: 'worker', image: smallImage, run: {command: 'sleep infinity'}}]),
			),
		},
	});
	await opened.succeed(['deploy']);
});
const agent = withAgent(sandbox);

test('an agent with fifty services takes next to nothing while nothing happens', async () => {
	// It looks once more shortly after its start.
	await pause(10_000);
	const {cpuShare, memory} = await agent.measure(60_000);
	console.log(`${(cpuShare * 100).toFixed(2)} % of a processor, ${Math.round(memory / 1e6)} MB`);
	expect(agent.actions()).toEqual([]);
	expect(cpuShare).toBeLessThan(0.001);
	expect(memory).toBeLessThan(90e6);
});
