import {readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import {secret} from '../notify/home.ts';
import {openReceiver} from '../notify/receiver.ts';
import {descriptor, images, openShop, type Shop} from './shop.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

let shop: Shop;

beforeEach(async () => {
	shop = await openShop();
});

afterEach(() => shop.close());

const config = () => process.env['COMPARTMENT_CONFIG_HOME']!;

const setTarget = (url: string, events?: readonly string[]): void =>
	writeFileSync(
		join(config(), 'settings.json'),
		JSON.stringify({minHealthyMs: 0, drainSeconds: 0, notify: [{url, secret, ...(events && {events})}]}),
	);

const waiting = () => readdirSync(join(config(), 'notifications')).filter(name => name.endsWith('.json'));

it('an apply sends how it went, and nothing when nothing was to be done', async () => {
	const {url, received} = await openReceiver();
	setTarget(url);
	await shop.deploy();
	await shop.deploy();
	expect(received.map(({body}) => JSON.parse(body))).toEqual([
		expect.objectContaining({
			event: 'apply-done',
			project: 'shop',
			environment: 'production',
			address: null,
			message: expect.stringMatching(/^Apply done in .+: \d+ done\.$/),
			run: expect.stringMatching(/^run_/),
		}),
	]);
	expect(waiting()).toEqual([]);
});

it('a failed apply sends which object failed, why, and its last lines', async () => {
	const {url, received} = await openReceiver();
	await shop.deploy();
	setTarget(url, ['apply-failed']);
	shop.write('compartment.yml', descriptor.replace(`web, image: "${images.good}"`, `web, image: "${images.crashing}"`));
	const {exitCode} = await shop.run('apply', '--auto-approve');
	expect(exitCode).toBe(1);
	const [body, ...others] = received.map(each => JSON.parse(each.body));
	expect(others).toEqual([]);
	expect(body).toMatchObject({event: 'apply-failed', address: 'service.web', exitCode: expect.any(Number)});
	expect(body.message).toMatch(/^Apply failed after .+\nservice\.web: /);
	expect(body.lines.length).toBeGreaterThan(0);
	shop.write('compartment.yml', descriptor);
	await shop.deploy();
	expect(received).toHaveLength(1);
});

it('a receiver that fails changes neither the result nor the output, and gets it with the next apply', async () => {
	let status = 503;
	const {url, received} = await openReceiver(() => status);
	setTarget(url);
	const first = await shop.run('apply', '--auto-approve', '--json');
	expect(first.exitCode).toBe(0);
	expect(first.stdout).not.toContain('503');
	expect(first.stderr).toMatch(
		/A notification did not reach http:\/\/127\.0\.0\.1:\d+: answered 503\. It stays in the queue\./,
	);
	expect(waiting()).toHaveLength(1);
	status = 200;
	vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 11_000);
	expect((await shop.run('restart', '--auto-approve')).exitCode).toBe(0);
	expect(received.map(({body}) => JSON.parse(body).message.split(' ')[0])).toEqual(['Apply', 'Apply', 'Restarted']);
	expect(waiting()).toEqual([]);
});

it.each([
	['fail', 1],
	['dump', 0],
])('a scheduled backup with the command %s is sent only if it fails', async (command, code) => {
	const {url, received} = await openReceiver();
	const backup = `backup: {command: ${command}, schedule: {interval: hourly}}`;
	shop.write('compartment.yml', descriptor.replace('backup: {command: dump}', backup));
	await shop.deploy();
	setTarget(url);
	const {exitCode, stdout} = await shop.run('resource', 'backup', 'run-due');
	expect(stdout).toMatch(/resource db|Resource db/);
	expect(exitCode).toBe(code);
	const sent = {
		event: 'backup-failed',
		project: 'shop',
		environment: 'production',
		address: 'resource.db',
		message: expect.stringMatching(/^The scheduled backup of db failed: ./),
	};
	expect(received.map(({body}) => JSON.parse(body))).toEqual(code === 0 ? [] : [expect.objectContaining(sent)]);
});
