import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, expect, it} from 'vitest';
import type {AgentEvent} from '../../source/agent/events.ts';
import {runDuty} from '../../source/agent/run-duty.ts';
import {createAgentNews} from '../../source/notify/agent-news.ts';
import {createDeliveryDuty} from '../../source/notify/delivery-duty.ts';
import {isQueueEmpty} from '../../source/notify/queue.ts';
import {createFakeClock} from '../agent/fake-clock.ts';
import {makeHome, secret, start} from './home.ts';
import {openReceiver} from './receiver.ts';

const stop = new AbortController();
afterEach(() => stop.abort());

const action = {
	type: 'action',
	at: start,
	duty: 'healing',
	project: 'shop',
	environment: 'production',
	address: 'service.web',
	outcome: 'failed',
	message: 'exited five times in ten minutes',
} as const;

const news = {event: 'crash-loop', exitCode: 137, isOutOfMemory: true, lines: ['out of memory']} as const;

/** Lets the requests of a duty, which takes real time, end. */
async function until(isDone: () => boolean): Promise<void> {
	for (let turn = 0; turn < 400 && !isDone(); turn++) await new Promise(resolve => setTimeout(resolve, 5));
	expect(isDone()).toBe(true);
}

it('an agent delivers its news and those of other processes, and reports a receiver that fails once', async () => {
	let status = 500;
	const {url, received} = await openReceiver(() => status);
	const {env} = makeHome();
	const clock = createFakeClock(start);
	const events: AgentEvent[] = [];
	const lost: string[] = [];
	const desk = createAgentNews({onProblem: message => lost.push(message), env});
	const duty = createDeliveryDuty({clock, report: event => events.push(event)}, env);
	const errors: unknown[] = [];
	const loop = runDuty(duty, {
		clock,
		signal: stop.signal,
		onNext: () => undefined,
		onError: error => errors.push(error),
	});
	// Targets that are set while the agent runs count.
	writeFileSync(join(env.COMPARTMENT_CONFIG_HOME, 'settings.json'), JSON.stringify({notify: [{url, secret}]}));
	desk.onEvent(action);
	desk.onEvent({type: 'engine-found', at: start});
	await desk.settled();
	expect(isQueueEmpty(env)).toBe(true);
	desk.onEvent({...action, news});
	desk.onEvent({type: 'disk-low', at: start + 1, message: '3 % are free'});
	await desk.settled();
	await clock.advance(6000);
	await until(() => received.length === 1);
	await until(() => events.length === 1);
	expect(events).toEqual([
		{
			type: 'problem',
			at: expect.any(Number),
			where: `notification to ${new URL(url).origin}`,
			message: 'answered 500, next try in 10s',
		},
	]);
	await clock.advance(12_000);
	await until(() => received.length === 2);
	expect(events).toHaveLength(1);
	status = 200;
	await clock.advance(40_000);
	await until(() => received.length === 4);
	await until(() => isQueueEmpty(env));
	const bodies = received.slice(2).map(({body}) => JSON.parse(body));
	expect(bodies).toMatchObject([
		{
			event: 'crash-loop',
			project: 'shop',
			environment: 'production',
			address: 'service.web',
			message: 'exited five times in ten minutes',
			exitCode: 137,
			isOutOfMemory: true,
			lines: ['out of memory'],
		},
		{event: 'disk-low', project: null, environment: null, address: null, message: '3 % are free'},
	]);
	expect({errors, lost}).toEqual({errors: [], lost: []});
	stop.abort();
	await loop.ended;
});

it('news that cannot be queued are reported, because the agent goes on', async () => {
	const {env} = makeHome();
	writeFileSync(join(env.COMPARTMENT_CONFIG_HOME, 'settings.json'), '{"notify": 1}');
	const lost: string[] = [];
	const desk = createAgentNews({onProblem: message => lost.push(message), env});
	desk.onEvent({...action, news});
	await desk.settled();
	expect(lost).toEqual([expect.stringMatching(/^A notification of crash-loop was lost: .*notify: must be a list/)]);
});
