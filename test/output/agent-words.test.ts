import {describe, expect, it} from 'vitest';
import type {AgentAction} from '../../source/agent/events.ts';
import type {AgentStatus} from '../../source/agent/status.ts';
import {agentsDocument, agentsText} from '../../source/output/agent/agent-status.ts';
import {agentStateText, lastText, nextText, reportOf} from '../../source/output/agent/agent-words.ts';
import {createPaint} from '../../source/output/colour.ts';
import {checkAgent, checkDisk, checkNotifications} from '../../source/report/agent-checks.ts';
import {expectHarmless, hostileText} from '../ui/hostile.ts';

const now = Date.parse('2026-03-29T10:00:00.000Z');
const minute = 60_000;

const action = (part: Partial<AgentAction> = {}): AgentAction => ({
	at: now - 5 * minute,
	duty: 'healing',
	project: 'shop',
	environment: 'production',
	address: 'service.web',
	outcome: 'done',
	message: 'healed: container was stopped',
	...part,
});

const place = {project: 'shop', environment: 'production'};
const elsewhere = {project: 'shop', environment: 'staging'};

const status: AgentStatus = {
	version: 1,
	owner: {pid: 42, host: 'host', user: 'ada'},
	engine: {id: 'engine', name: 'vm', address: 'unix:///run/docker.sock'},
	since: now - 120 * minute,
	lostSince: null,
	disk: {size: 100e9, free: 4.2e9, at: now - minute, isLow: true},
	environments: [{...place, folder: '/srv/shop'}],
	problems: [],
	actions: [action({message: 'first'}), action(), action({environment: 'staging', message: 'other'})],
	next: [
		{at: now + minute, what: 'backup of cache', duty: 'backups', ...elsewhere},
		{at: now + 180 * minute, what: 'backup of db', duty: 'backups', ...place},
	],
};
const running = {isRunning: true, status};
const queue = {
	origin: 'https://hooks.example.com',
	waiting: 3,
	since: now - 10 * minute,
	attempts: 4,
	nextAt: now + 2 * minute,
	problem: 'answered 503',
};

describe('what is said of the agent of an environment', () => {
	it.each([
		['it runs', running, true, 'agent for 2h', 'quiet'],
		[
			'it has lost its engine',
			{isRunning: true, status: {...status, lostSince: now - minute}},
			true,
			'the agent has had no engine for 1m',
			'warning',
		],
		['it has ended', {isRunning: false, status}, true, 'the agent does not run', 'warning'],
		['none has ever run', undefined, true, 'the agent does not run', 'warning'],
		['the project is not registered', running, false, 'not registered with the agent', 'quiet'],
		['there is neither', undefined, false, 'no agent', 'quiet'],
	] as const)('when %s', (_, agent, isRegistered, text, tone) => {
		expect(agentStateText(reportOf(agent, isRegistered, place), now)).toEqual({text, tone});
	});

	it('is about this environment, and not about others', () => {
		const {lastAction, next} = reportOf(running, true, place);
		expect(lastText(lastAction!, now)).toBe('5m ago service.web: healed: container was stopped');
		expect(nextText(next!, now)).toBe('backup of db in 3h 0m');
		expect(nextText(next!, next!.at, {isPlaced: true})).toBe('shop/production backup of db now');
		expect(reportOf(running, true, {project: 'other', environment: 'production'})).toMatchObject({
			lastAction: null,
			next: null,
		});
		expect(reportOf(running, false, place)).toMatchObject({lastAction: null, next: null});
		expect(reportOf({isRunning: false, status}, true, place)).toMatchObject({next: null});
	});

	it('is harmless', () => {
		expectHarmless(lastText(action({message: hostileText}), now));
	});
});

describe('agent status', () => {
	const options = {paint: createPaint({stream: process.stdout, env: {NO_COLOR: '1'}, flag: false}), now};

	it('shows the disk of the engine, and what notifications wait for', () => {
		expect(agentsText({agents: [running], notifications: [queue]}, options)).toMatchInlineSnapshot(`
			"Running for vm (unix:///run/docker.sock) since 2h, process 42 of ada on host

			Environments
			  shop/production  /srv/shop

			Disk of the engine
			  low: 4.2 GB of 100 GB free, 1m ago

			Next
			  in 1m 00s  shop/staging backup of cache
			  in 3h 0m  shop/production backup of db

			Last actions
			  5m ago  shop/staging service.web: other
			  5m ago  shop/production service.web: healed: container was stopped
			  5m ago  shop/production service.web: first

			Notifications that wait
			  3 wait for https://hooks.example.com since 10m; 4 attempts failed, the last one: answered 503; next in 2m 00s"
		`);
		const fresh = {...queue, waiting: 1, attempts: 0, nextAt: 0, problem: undefined};
		expect(agentsText({agents: [], notifications: [fresh]}, options)).toMatchInlineSnapshot(`
			"Notifications that wait
			  1 waits for https://hooks.example.com since 10m"
		`);
		expect(agentsText({agents: [], notifications: []}, options)).toBe('');
	});

	it('says when an agent stopped, if it was asked to', () => {
		const stopped = {isRunning: false, status: {...status, stoppedAt: now - 3 * minute}};
		expect(agentsText({agents: [stopped], notifications: []}, options)).toMatch(
			/^Not running for vm \(unix:\/\/\/run\/docker\.sock\), stopped 3m ago$/m,
		);
	});

	it('is a document', () => {
		const {agents, notifications} = agentsDocument({agents: [running], notifications: [queue]});
		expect(agents[0]).toMatchObject({
			stoppedAt: null,
			disk: {size: 100e9, free: 4.2e9, at: '2026-03-29T09:59:00.000Z', isLow: true},
		});
		expect(notifications).toEqual([
			{
				origin: 'https://hooks.example.com',
				waiting: 3,
				since: '2026-03-29T09:50:00.000Z',
				attempts: 4,
				nextAt: '2026-03-29T10:02:00.000Z',
				lastError: 'answered 503',
			},
		]);
	});
});

describe('doctor', () => {
	const known = {agents: [running], notifications: [queue]};

	it('says the same of the agent', () => {
		expect(checkAgent(known, now)).toBe(
			'agent for 2h, 0 registered projects\n' +
				'last 5m ago: shop/staging service.web: other\n' +
				'next: shop/staging backup of cache in 1m 00s',
		);
	});

	it('warns of a disk that is low, and of notifications that could not be delivered', () => {
		expect(checkDisk(known)).toMatchObject({
			status: 'warning',
			message: '4.2 GB of 100 GB free on the disk of the engine',
		});
		expect(checkDisk({...known, agents: [{isRunning: false, status}]})).toBeUndefined();
		expect(checkNotifications(known, now)).toMatchObject({
			status: 'warning',
			message:
				'3 wait for https://hooks.example.com since 10m; 4 attempts failed, the last one: answered 503; next in 2m 00s',
		});
		expect(checkNotifications({...known, notifications: [{...queue, attempts: 0}]}, now)).toBeUndefined();
	});
});
