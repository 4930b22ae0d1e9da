import {expect, test} from 'vitest';
import {withSandbox} from './cli.ts';
import {openCli} from './cli-terminal.ts';

const node = (script: string) => `node -e ${JSON.stringify(script)}`;

const sandbox = withSandbox(async opened => {
	opened.describe({
		services: {
			mailer: {image: 'node:24-slim', kind: 'worker', run: {command: node('setInterval(() => {}, 1e9)')}},
			report: {image: 'node:24-slim', kind: 'cron', schedule: {interval: 'daily'}, run: {command: node('0')}},
		},
	});
	await opened.succeed(['deploy']);
});

const openDashboard = () => openCli(sandbox, [], {columns: 140});

test('the dashboard, doctor and agent status say what the agent does, as soon as it does it', async () => {
	using dashboard = openDashboard();
	await dashboard.waitFor('no agent', 20_000);
	await sandbox.succeed(['agent', 'add']);
	await dashboard.waitFor('the agent does not run', 20_000);
	const agent = sandbox.start(['agent', 'run', '--json']);
	await dashboard.waitFor(/agent for \d+s/, 70_000);
	await dashboard.waitFor(/next: run of report in 23h 59m/, 20_000);

	const {id} = await sandbox.running('service.mailer');
	await sandbox.engine.stop(id, 0);
	await dashboard.waitFor(/last: \d+s ago service\.mailer: healed/, 20_000);
	const doctor = await sandbox.succeed(['doctor']);
	expect(doctor).toMatch(/^ok {7}agent {7}agent for \S+, 1 registered project$/m);
	expect(doctor).toMatch(/^ +last \d+s ago: \S+\/production service\.mailer: /m);
	expect(doctor).toMatch(/^ +next: \S+\/production run of report in 23h 59m$/m);
	const status = await sandbox.succeed(['agent', 'status']);
	expect(status).toMatch(/^Running for .* since \S+, process /m);
	expect(status).toMatch(/^ {2}in 23h 59m .* \S+\/production run of report$/m);
	expect(status).toMatch(/^ {2}\d+s ago {2}\S+\/production service\.mailer: /m);
	expect(status).toMatch(/^Disk of the engine\n {2}[\d.]+ GB of [\d.]+ GB free, \S+ ago$/m);

	agent.child.kill('SIGTERM');
	await agent.ended;
	await dashboard.waitFor('the agent does not run', 20_000);
	expect(await sandbox.succeed(['agent', 'status'])).toMatch(/^Not running for .*, stopped \d+s ago$/m);
	dashboard.press('q');
	expect(await dashboard.ended).toMatchObject({exitCode: 0});
});
