import {execFileSync} from 'node:child_process';
import {describe, expect, test} from 'vitest';
import {labels} from '../../source/model/labels.ts';
import {recordEvents, withAgent} from './agent-lab.ts';
import {withSandbox, words} from './cli.ts';
import {publicService} from './cli-server.ts';
import {until} from './helpers.ts';

const docker = (...args: readonly string[]) =>
	execFileSync('docker', args, {stdio: ['ignore', 'pipe', 'pipe']}).toString();

/** It runs once. From its second start on, it ends at once. */
const program = `
const {existsSync, writeFileSync} = require('node:fs');
console.log('opening the disk');
if (existsSync('/tmp/ran')) {
	console.error('the disk is broken');
	process.exit(7);
}
writeFileSync('/tmp/ran', '');
require('node:http').createServer((_, response) => response.end('once')).listen(process.env.PORT);
`
	.replaceAll('\n', ' ')
	// The shell gets it in single quotes.
	.replaceAll("'", '"');

describe('a service that ends at each start', () => {
	const sandbox = withSandbox(async opened => {
		opened.addService('api');
		opened.describe({
			services: {
				web: {
					image: 'node:24-slim',
					port: 3000,
					accessMode: 'public',
					run: {command: `node -e '${program}'`},
				},
				api: publicService('api'),
			},
		});
		await opened.succeed(['deploy']);
	});
	const agent = withAgent(sandbox);

	test('is started at most five times, then named, and nothing else is touched', async () => {
		const other = await sandbox.running('service.api');
		const {id} = await sandbox.running('service.web');
		const recorded = await recordEvents(sandbox);
		docker('kill', id);
		await until(() => agent.actions('service.web').some(({message}) => message.startsWith('crash loop')), 60_000);
		const {cpuShare} = await agent.measure(10_000);
		const events = await recorded.stop();
		const starts = events.filter(
			event => event.action === 'start' && event.attributes[labels.address] === 'service.web',
		);
		console.log(`${starts.length} starts; then ${(cpuShare * 100).toFixed(2)} % of a processor`);
		expect(cpuShare).toBeLessThan(0.01);
		expect(starts.length).toBeGreaterThanOrEqual(2);
		expect(starts.length).toBeLessThanOrEqual(5);
		expect((await sandbox.engine.inspectContainer(id))?.state).toBe('exited');
		expect((await sandbox.running('service.api')).startedAt).toBe(other.startedAt);
		expect((await sandbox.ask('/', {service: 'api'})).status).toBe(200);
		const status = words(await sandbox.succeed(['status']));
		expect(status).toMatch(/web crashing/);
		expect(status).toMatch(/crash loop: ended \d times in 10 minutes, last exit 7/);
		const why = await sandbox.succeed(['why', 'service.web']);
		expect(why).toContain('exit code: 7');
		expect(why).toContain('| the disk is broken');
		expect(await sandbox.succeed(['agent', 'status'])).toContain('service.web: crash loop: web ended');
	});

	test('is deployed again by the next apply, and healed again', async () => {
		await sandbox.succeed(['apply', '--auto-approve']);
		expect((await sandbox.ask('/')).body).toBe('once');
		await sandbox.expectNoChanges();
		const {id} = await sandbox.running('service.web');
		await agent.heals('service.web', async () => docker('rm', '-f', id));
		expect((await sandbox.ask('/')).body).toBe('once');
		expect(agent.problems()).toEqual([]);
	});
});
