import {readdirSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {toNotification} from '../../source/notify/notification.ts';
import {notify} from '../../source/notify/notify.ts';
import {enqueue, isQueueEmpty, mostPerTarget, openQueue, readQueue} from '../../source/notify/queue.ts';
import {isDue, nextAttempt} from '../../source/notify/retry.ts';
import {makeHome, occurrence, secret, start} from './home.ts';

const url = 'https://ops.example.com/hook/token-4711';

it('only its user can read the queue, and it holds neither URL nor secret', () => {
	const {env, queue} = makeHome();
	expect(isQueueEmpty(env)).toBe(true);
	expect(notify(occurrence(), [{url, secret}], env)).toBe(true);
	expect(isQueueEmpty(env)).toBe(false);
	const [name, ...others] = readdirSync(queue);
	expect(others).toEqual([]);
	expect(statSync(queue).mode & 0o777).toBe(0o700);
	expect(statSync(join(queue, name!)).mode & 0o777).toBe(0o600);
	const [entry] = readQueue(openQueue(env), start);
	expect(entry).toMatchObject({attempts: 0, notification: {event: 'crash-loop', project: 'shop'}});
	expect(`${name} ${JSON.stringify(entry)}`).not.toMatch(/token-4711|a-secret/);
});

it('only targets that want an event get it', () => {
	const {env} = makeHome();
	const targets = [{url, secret, events: ['disk-low']}] as const;
	expect(notify(occurrence(), targets, env)).toBe(false);
	expect(isQueueEmpty(env)).toBe(true);
	expect(notify(occurrence({event: 'disk-low'}), targets, env)).toBe(true);
	expect(notify(occurrence(), [], env)).toBe(false);
});

it('the oldest notifications of a target make room, and only those', () => {
	const {env} = makeHome();
	const directory = openQueue(env);
	enqueue(directory, toNotification(occurrence({message: 'other'}), 'h'), [{url: 'https://other.example.com'}]);
	for (let index = 0; index < mostPerTarget + 3; index++)
		enqueue(directory, toNotification(occurrence({at: start + index, message: `${index}`}), 'h'), [{url}]);
	const messages = readQueue(directory, start).map(({notification}) => notification.message);
	expect(messages).toHaveLength(mostPerTarget + 1);
	expect(messages.filter(message => message !== 'other')[0]).toBe('3');
	expect(messages).toContain('other');
});

it('what a killed process leaves behind is removed, and what cannot be read', () => {
	const {env, queue} = makeHome();
	notify(occurrence(), [{url, secret}], env);
	const left = join(queue, 'ntf_1.json.0123456789ab.tmp');
	writeFileSync(left, '{"half');
	writeFileSync(join(queue, 'ntf_2.0000000000000000.json'), '{"half');
	const seconds = Date.now() / 1000;
	utimesSync(left, seconds - 3600, seconds - 3600);
	writeFileSync(join(queue, 'ntf_3.json.0123456789ab.tmp'), 'of a process that is still writing');
	expect(readQueue(openQueue(env), Date.now())).toHaveLength(1);
	expect(readdirSync(queue).filter(name => /ntf_[123]\./.test(name))).toEqual(['ntf_3.json.0123456789ab.tmp']);
});

it('attempts are repeated at growing intervals, for at least five attempts and a day', () => {
	const waits: (number | undefined)[] = [];
	let now = start;
	for (let attempts = 1; ; attempts++) {
		const next = nextAttempt({attempts, at: start}, now);
		if (next === undefined) break;
		waits.push((next - now) / 1000);
		now = next;
	}
	expect(waits.slice(0, 8)).toEqual([10, 30, 120, 600, 1800, 3600, 3600, 3600]);
	expect((now - start) / 3_600_000).toBeGreaterThan(24);
	expect((now - start) / 3_600_000).toBeLessThan(26);
	// The machine was off for a week.
	expect(nextAttempt({attempts: 4, at: start}, start + 7 * 86_400_000)).toBeDefined();
	expect(nextAttempt({attempts: 5, at: start}, start + 7 * 86_400_000)).toBeUndefined();
});

it('an attempt is due at its time, and at once when the clock was set back', () => {
	expect(isDue(start, start)).toBe(true);
	expect(isDue(start + 1, start)).toBe(false);
	expect(isDue(start + 3_600_000, start)).toBe(false);
	expect(isDue(start + 3_600_001, start)).toBe(true);
});
