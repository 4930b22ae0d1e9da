import {createHmac} from 'node:crypto';
import {describe, expect, it} from 'vitest';
import {deliver} from '../../source/notify/deliver.ts';
import {notify} from '../../source/notify/notify.ts';
import {isQueueEmpty, lookAtQueue, openQueue} from '../../source/notify/queue.ts';
import type {NotifyTarget} from '../../source/settings/notify-targets.ts';
import {holdKernelLock} from '../../source/state/kernel-lock.ts';
import {makeHome, occurrence, secret, start} from './home.ts';
import {openReceiver, type Received} from './receiver.ts';

/** A queue with its targets, and a clock that stands still until a test moves it. */
function makeQueue(targets: readonly NotifyTarget[]) {
	const {env} = makeHome();
	let now = start;
	const stop = new AbortController();
	return {
		env,
		stop,
		advance: (seconds: number) => {
			now += seconds * 1000;
		},
		notify: (message: string) => notify(occurrence({at: now, message}), targets, env),
		deliver: (limitMs?: number, to = targets) =>
			deliver({targets: to, now: () => now, signal: stop.signal, env, ...(limitMs === undefined ? {} : {limitMs})}),
	};
}

const messagesOf = (received: readonly Received[]) => received.map(({body}) => JSON.parse(body).message);

describe('a notification', () => {
	it('is posted once, with a signature that its receiver can verify', async () => {
		const {url, received} = await openReceiver();
		const queue = makeQueue([{url, secret}]);
		queue.notify('one');
		queue.advance(60);
		expect(await queue.deliver()).toEqual({sent: 1, problems: []});
		expect(await queue.deliver()).toEqual({sent: 0, problems: []});
		expect(received).toHaveLength(1);
		const [{path, headers, body}] = received as [Received];
		expect(path).toBe('/hook/token-4711?key=abc');
		expect(headers).toMatchObject({
			'content-type': 'application/json',
			'compartment-event': 'crash-loop',
			'compartment-notification': JSON.parse(body).id,
		});
		const [, seconds, code] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['compartment-signature']))!;
		// The time of the attempt, not that of the event: a receiver refuses what is old.
		expect(Number(seconds)).toBe(start / 1000 + 60);
		expect(code).toBe(createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'));
		expect(isQueueEmpty(queue.env)).toBe(true);
	});

	it('that fails says so in the queue, which shows neither URL nor secret', async () => {
		const {url} = await openReceiver(() => 503);
		const queue = makeQueue([{url, secret}]);
		expect(lookAtQueue(queue.env)).toEqual([]);
		queue.notify('one');
		queue.advance(60);
		queue.notify('two');
		expect(lookAtQueue(queue.env)).toEqual([
			{target: expect.any(String), waiting: 2, since: start, attempts: 0, notBefore: 0, problem: undefined},
		]);
		await queue.deliver();
		const looked = lookAtQueue(queue.env);
		expect(looked).toMatchObject([
			{waiting: 2, since: start, attempts: 1, notBefore: start + 70_000, problem: 'answered 503'},
		]);
		expect(JSON.stringify(looked)).not.toMatch(/token-4711|http/);
	});

	it('for Slack needs no secret, and then has no signature', async () => {
		const {url, received} = await openReceiver();
		const queue = makeQueue([{url, format: 'slack'}]);
		queue.notify('one');
		await queue.deliver();
		expect(Object.keys(JSON.parse(received[0]!.body))).toEqual(['text']);
		expect(received[0]!.headers['compartment-signature']).toBeUndefined();
	});

	it('that was refused is sent again with the same id after a pause, and the following ones wait behind it', async () => {
		const answers = [500, 503, 204, 200];
		const {url, received} = await openReceiver(() => answers.shift()!);
		const queue = makeQueue([{url, secret}]);
		queue.notify('one');
		queue.advance(1);
		queue.notify('two');
		const origin = new URL(url).origin;
		const at = start + 1000;
		expect(await queue.deliver()).toEqual({
			sent: 0,
			problems: [{origin, problem: 'answered 500', retryAt: at + 10_000}],
		});
		queue.advance(9);
		expect(await queue.deliver()).toEqual({sent: 0, problems: []});
		queue.advance(1);
		expect((await queue.deliver()).problems).toEqual([{origin, problem: 'answered 503', retryAt: at + 40_000}]);
		queue.advance(30);
		expect(await queue.deliver()).toEqual({sent: 2, problems: []});
		expect(messagesOf(received)).toEqual(['one', 'one', 'one', 'two']);
		expect(new Set(received.slice(0, 3).map(({body}) => JSON.parse(body).id)).size).toBe(1);
	});

	it('is dropped after a day, and then the next one has its turn', async () => {
		const {url, received} = await openReceiver(() => (messagesOf(received).at(-1) === 'one' ? 404 : 200));
		const queue = makeQueue([{url, secret}]);
		queue.notify('one');
		let problems = (await queue.deliver()).problems;
		for (let round = 0; round < 100 && problems[0]?.retryAt !== null; round++) {
			queue.advance(3600);
			({problems} = await queue.deliver());
		}
		expect(problems).toMatchObject([{problem: 'answered 404', retryAt: null}]);
		expect(received.length).toBeGreaterThan(20);
		expect(isQueueEmpty(queue.env)).toBe(true);
	});

	it.each([
		['redirects', 302, 'answered 302'],
		['closes the connection', 'cut', 'socket hang up'],
	] as const)('is kept when its receiver %s', async (_, answer, problem) => {
		const {url, received} = await openReceiver(() => answer);
		const queue = makeQueue([{url, secret}]);
		queue.notify('one');
		expect((await queue.deliver()).problems).toMatchObject([{problem}]);
		expect(received).toHaveLength(1);
		expect(isQueueEmpty(queue.env)).toBe(false);
	});

	it('is kept when nothing answers at the address, and no message names its path', async () => {
		const {url, close} = await openReceiver();
		await close();
		const queue = makeQueue([{url, secret}]);
		queue.notify('one');
		const {problems} = await queue.deliver();
		expect(problems[0]!.problem).toContain('ECONNREFUSED');
		expect(JSON.stringify(problems)).not.toContain('token-4711');
	});
});

describe('a round of deliveries', () => {
	it('keeps its limit when a receiver hangs, and the others get theirs', async () => {
		const hanging = await openReceiver(() => 'hang');
		const {url, received} = await openReceiver();
		const queue = makeQueue([
			{url: hanging.url, secret},
			{url, secret},
		]);
		queue.notify('one');
		const before = performance.now();
		const {sent, problems} = await queue.deliver(300);
		expect(performance.now() - before).toBeLessThan(5000);
		expect(sent).toBe(1);
		expect(problems).toMatchObject([{problem: expect.stringMatching(/^no answer in \d+ms$/)}]);
		expect(messagesOf(received)).toEqual(['one']);
		// Its pause keeps the next command from waiting again.
		expect(await queue.deliver(300)).toEqual({sent: 0, problems: []});
	});

	it('that is stopped counts as no attempt', async () => {
		const {url, received} = await openReceiver(() => 'hang');
		const queue = makeQueue([{url, secret}]);
		queue.notify('one');
		const round = queue.deliver();
		while (received.length === 0) await new Promise(resolve => setTimeout(resolve, 5));
		queue.stop.abort();
		expect(await round).toEqual({sent: 0, problems: []});
		expect(isQueueEmpty(queue.env)).toBe(false);
	});

	it('does nothing while another process delivers', async () => {
		const {url, received} = await openReceiver();
		const queue = makeQueue([{url, secret}]);
		queue.notify('one');
		const lock = (await holdKernelLock(openQueue(queue.env)))!;
		expect(await queue.deliver()).toEqual({sent: 0, problems: []});
		expect(received).toEqual([]);
		await lock.release();
		expect((await queue.deliver()).sent).toBe(1);
	});

	it('drops what waits for a target that is no longer set', async () => {
		const {url, received} = await openReceiver();
		const queue = makeQueue([{url, secret}]);
		queue.notify('one');
		expect(await queue.deliver(undefined, [])).toEqual({sent: 0, problems: []});
		expect(isQueueEmpty(queue.env)).toBe(true);
		expect(received).toEqual([]);
	});
});
