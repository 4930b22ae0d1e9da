import {expect, test} from 'vitest';
import {withAgent} from '../docker/agent-lab.ts';
import {withSandbox} from '../docker/cli.ts';
import {publicService, storeConnection, storeResource} from '../docker/cli-server.ts';
import {until} from '../docker/helpers.ts';

const minuteMs = 60_000;

const sandbox = withSandbox(async opened => {
	opened.addService('web');
	opened.describe({
		services: {web: publicService('web', storeConnection)},
		resources: {store: storeResource('hello')},
	});
	await opened.succeed(['deploy']);
});
const agent = withAgent(sandbox, () => ({}), 30 * minuteMs);

const here = async () => {
	const {containers, networks, volumes} = await sandbox.observe();
	return [...containers, ...networks, ...volumes].map(({name}) => name);
};

test('an environment that has expired is destroyed ten minutes later, and another one is not touched', async () => {
	const production = (await here()).sort();
	await sandbox.succeed(['apply', '--env', 'pr-42', '--expires', '10m', '--auto-approve']);
	await sandbox.succeed(['apply', '--env', 'pr-43', '--expires', '10m', '--expires-data', '--auto-approve']);
	await sandbox.succeed(['apply', '--env', 'pr-44', '--expires', '1d', '--auto-approve']);
	expect(await sandbox.succeed(['environment', 'list'])).toMatch(/^pr-42 .* 20\d\d-\S+Z +20\d\d-\S+Z$/m);
	const others = async () => (await here()).filter(name => /pr-4[23]/.test(name));
	await until(async () => (await others()).length === 1, 23 * minuteMs);
	// Its data is kept.
	expect(await others()).toMatchObject([expect.stringContaining('pr-42')]);
	const messages = () => agent.actions().filter(({message}) => message.startsWith('destroyed'));
	await until(() => messages().length === 2, minuteMs);
	expect(messages().map(({message}) => message)).toMatchObject([
		expect.stringContaining('its data is kept'),
		expect.not.stringContaining('its data is kept'),
	]);
	expect((await here()).filter(name => name.includes('pr-44')).length).toBeGreaterThan(3);
	expect((await here()).filter(name => !name.includes('pr-4')).sort()).toEqual(production);
	expect(agent.problems()).toEqual([]);
	expect(agent.actions().map(({message}) => message)).toEqual(messages().map(({message}) => message));
	await sandbox.expectNoChanges();
	for (const name of ['pr-42', 'pr-44'])
		await sandbox.succeed(['destroy', '--env', name, '--delete-data', '--auto-approve']);
});
