import {createHash, randomBytes} from 'node:crypto';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {connectDocker} from '../../source/engine/docker.ts';
import {converse} from '../../source/engine-state/conversation.ts';
import {routerImage} from '../../source/router/options.ts';
import {uniqueName, until} from './helpers.ts';

const engine = connectDocker();
const record = JSON.stringify({id: 'a', user: 'a b', host: 'c\\d'});
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

describe.each([
	['the tools of the image', undefined],
	// What the official image has.
	['nothing but busybox', '/busybox'],
])('the script that keeps states, with %s', (_, path) => {
	const name = uniqueName();
	let id = '';

	beforeAll(async () => {
		const install =
			'mkdir /busybox && busybox --install -s /busybox && ln -sf "$(command -v busybox)" /busybox/busybox';
		// Debian's busybox is built without it, and Alpine's is not.
		const lock = 'ln -sf "$(command -v flock)" /busybox/flock';
		id = await engine.run({
			name,
			image: routerImage,
			labels: {'compartment.test': name},
			entrypoint: [
				'/bin/sh',
				'-c',
				`export PATH=/usr/bin:/bin; ${install}; ${lock}; mkdir -p /var/lib/compartment; : >/prepared; exec sleep 600`,
			],
			env: path === undefined ? {} : {PATH: path},
			attachments: [],
			restart: {policy: 'no'},
			user: '0',
			capabilities: ['SETUID', 'SETGID', 'KILL', 'DAC_OVERRIDE'],
		});
		await until(async () => (await engine.exec(id, ['/bin/sh', '-c', '[ -e /prepared ]'])).exitCode === 0);
	});

	afterAll(() => engine.remove(id));

	test('answers each command, and means the same when one is repeated', async () => {
		const state = `${JSON.stringify({text: 'größer'.repeat(20_000)})}\n`;
		const {ask, end} = converse(engine, id, 'shop.production');
		const put = (before: string, text: string, file = '-') =>
			ask(`put ${before} ${hashOf(text)} ${Buffer.byteLength(text)} ${file}`, text);
		expect(await ask(`take one ${record}`)).toBe('taken none none 0');
		for (let time = 0; time < 2; time++) expect(await put('none', state, 'state.1.json')).toBe('ok');
		expect(await put('none', 'x')).toBe(`moved ${hashOf(state)}`);
		for (let time = 0; time < 2; time++) expect(await ask('append 0 4', 'one\n')).toBe('ok');
		expect(await ask('append 4 4', 'two\n')).toBe('ok');
		expect(await ask('append 4 4', 'TWO\n')).toBe('ok');
		const files = (await engine.readFiles(id, '/var/lib/compartment/states/shop.production'))!;
		expect(files.get('state.json')!.toString()).toBe(state);
		expect(files.get('journal.ndjson')!.toString()).toBe('one\nTWO\n');
		expect(files.get('owner.json')!.toString()).toBe(`${record}\n`);
		for (let time = 0; time < 2; time++) expect(await ask('archive journal.x.ndjson')).toBe('ok');
		const kept = await engine.readFiles(id, '/var/lib/compartment/states-kept/shop.production/history');
		expect([...kept!.keys()]).toEqual(['journal.x.ndjson', 'state.1.json']);
		expect(await ask('append 9 4', 'two\n')).toBe('error the journal has only 0 bytes');
		end();
	});

	test('writes nothing without the lock', async () => {
		const {ask, end} = converse(engine, id, 'shop.production');
		expect(await ask('append 0 3', 'abc')).toBe('error no lock');
		end();
	});

	test('gives the lock to one client, and back to the one that was cut off unless another had it', async () => {
		const [first, second] = [converse(engine, id, 'shop.staging'), converse(engine, id, 'shop.staging')];
		expect(await first.ask(`take one ${record}`)).toBe('taken none none 0');
		expect(await second.ask('take two {"id":"two"}')).toBe(`busy ${record}`);
		first.end();
		await expect.poll(() => second.ask('take two {"id":"two"}'), {timeout: 5000}).toBe('taken none none 0');
		const late = converse(engine, id, 'shop.staging');
		expect(await late.ask(`resume one ${record}`)).toBe('busy {"id":"two"}');
		expect(await second.ask('reserve 2')).toBe('ok');
		second.end();
		// A reservation keeps others out, and its owner comes back.
		await expect
			.poll(() => late.ask('take three {"id":"three"}'), {timeout: 5000, interval: 200})
			.toBe('taken none none 0');
		const lost = converse(engine, id, 'shop.staging');
		late.end();
		await expect.poll(() => lost.ask('resume three {"id":"three"}'), {timeout: 5000}).toBe('taken none none 0');
		lost.end();
		await expect
			.poll(async () => converse(engine, id, 'shop.staging').ask(`resume one ${record}`), {
				timeout: 5000,
				interval: 300,
			})
			.toBe('lost {"id":"three"}');
	});

	test('ends a reservation that is not needed any more', async () => {
		const [first, second] = [converse(engine, id, 'shop.calm'), converse(engine, id, 'shop.calm')];
		await first.ask(`take one ${record}`);
		for (const seconds of [60, 0]) expect(await first.ask(`reserve ${seconds}`)).toBe('ok');
		first.end();
		await expect.poll(() => second.ask('take two {"id":"two"}'), {timeout: 5000}).toBe('taken none none 0');
		second.end();
	});

	test('ends when it hears nothing', async () => {
		const silent = converse(engine, id, `shop.${randomBytes(4).toString('hex')}`);
		expect(await silent.ask(`take one ${record}`)).toMatch(/^taken/);
		const begin = performance.now();
		await expect.poll(silent.hasEnded, {timeout: 20_000, interval: 100}).toBe(true);
		expect(performance.now() - begin).toBeGreaterThan(10_000);
	});

	test('forgets an environment, and then has nothing of it', async () => {
		const {ask, end} = converse(engine, id, 'shop.gone');
		await ask(`take one ${record}`);
		await ask(`put none ${hashOf('x')} 1 state.1.json`, 'x');
		expect(await ask('forget')).toBe('ok');
		expect(await ask('bye')).toBe('ok');
		end();
		expect((await engine.readFiles(id, '/var/lib/compartment/states/shop.gone')) ?? new Map()).toEqual(new Map());
	});
});
