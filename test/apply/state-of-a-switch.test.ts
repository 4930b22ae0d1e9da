import {describe, expect, it} from 'vitest';
import {describeTable} from '../../source/apply/route-table.ts';
import {otherSlot} from '../../source/model/specs.ts';
import {
	isReplacement,
	patchDeployment,
	withDeployment,
	withoutOldDeployments,
	withSwitch,
} from '../../source/state/deployments.ts';
import type {Deployment, RoutesRecord, State} from '../../source/state/state.ts';
import {deployedWorld, deploymentId} from '../plan/world.ts';

const {state} = deployedWorld().input;
const routes = state.routes!;
const web = state.deployments[deploymentId('web')]!;
const mailer = state.deployments[deploymentId('mailer')]!;

const candidate = (previous: Deployment, patch: Partial<Deployment> = {}): Deployment => ({
	...previous,
	id: deploymentId(previous.service, 2),
	status: 'running',
	stage: 'candidate',
	slot: undefined,
	address: '10.213.0.9',
	completedAt: undefined,
	...patch,
});

const withCandidates = (...candidates: readonly Deployment[]): State => candidates.reduce(withDeployment, state);

const switchedTo = (next: Deployment, wanted: RoutesRecord = routes, from = withCandidates(next)): State =>
	withSwitch(from, wanted, {[next.service]: next.id});

describe('a switch', () => {
	it('makes the candidate active in the other slot and drains the previous one', () => {
		const next = switchedTo(candidate(web));
		expect(next.active['web']).toBe('dpl_web2');
		expect(next.deployments['dpl_web2']).toMatchObject({stage: 'active', status: 'succeeded', slot: 'green'});
		expect(next.deployments['dpl_web2']!.completedAt).toBeDefined();
		expect(next.deployments['dpl_web1']).toMatchObject({stage: 'draining_previous', slot: 'blue', status: 'succeeded'});
		expect(next.active['api']).toBe(state.active['api']);
	});

	it('alternates between the slots', () => {
		const first = switchedTo(candidate(web));
		const third = candidate(web, {id: 'dpl_web3'});
		const second = switchedTo(third, routes, withDeployment(first, third));
		expect(second.deployments['dpl_web3']!.slot).toBe('blue');
		expect([otherSlot(undefined), otherSlot('blue'), otherSlot('green')]).toEqual(['blue', 'green', 'blue']);
	});

	it('gives no slot to an unrouted service, and the first one to a service that becomes routed', () => {
		expect(switchedTo(candidate(mailer, {slot: undefined})).deployments['dpl_mailer2']!.slot).toBeUndefined();
		const withoutSlot: State = {
			...state,
			deployments: {...state.deployments, [mailer.id]: {...mailer, slot: undefined}},
		};
		const routed = candidate(mailer, {kind: 'api'});
		expect(switchedTo(routed, routes, withDeployment(withoutSlot, routed)).deployments['dpl_mailer2']!.slot).toBe(
			'blue',
		);
	});

	it('keeps a service that is being deleted active until its containers are removed', () => {
		const {mailer: _mailer, ...others} = routes.access;
		expect(withSwitch(state, {...routes, access: others}, {}).active).toEqual(state.active);
	});

	it('does not mutate the given state', () => {
		const before = structuredClone(withCandidates(candidate(web)));
		const given = structuredClone(before);
		withSwitch(given, routes, {web: 'dpl_web2'});
		expect(given).toEqual(before);
	});

	it('gives the same state when recovery repeats it', () => {
		const once = switchedTo(candidate(web));
		expect(withSwitch(once, routes, {web: 'dpl_web2'})).toEqual(once);
	});
});

describe('patchDeployment', () => {
	it('returns the same state for an unknown deployment', () => {
		expect(patchDeployment(state, 'dpl_none', {stage: 'active'})).toBe(state);
	});
});

describe('old deployments', () => {
	const numbered = (count: number, patch: Partial<Deployment>) =>
		Array.from({length: count}, (_, index) => {
			const id = `dpl_old${patch.status}${String(index).padStart(3, '0')}`;
			return candidate(web, {id, containerId: undefined, stage: 'retired', status: 'succeeded', ...patch});
		});
	const kept = (from: State, retain: number, service = 'web') =>
		Object.keys(withoutOldDeployments(from, service, retain).deployments).filter(id => id.startsWith('dpl_old'));

	it('are forgotten, except the newest: 20 that failed, and 20 others or as many as a rollback needs', () => {
		const old = [...numbered(30, {}), ...numbered(30, {status: 'failed', stage: 'checking_readiness'})];
		const from = withCandidates(...old);
		expect(kept(from, 5)).toHaveLength(40);
		expect(kept(from, 5)).toEqual(
			expect.arrayContaining(['dpl_oldundefined029', 'dpl_oldfailed029', 'dpl_oldfailed010']),
		);
		expect(kept(from, 24)).toHaveLength(45);
		expect(kept(from, 5, 'api')).toHaveLength(60);
		expect(withoutOldDeployments(state, 'web', 1)).toBe(state);
	});

	it('are not forgotten because replacements of the active one were recorded since', () => {
		const replaced = numbered(40, {status: 'stopped', type: 'heal'});
		const from = withCandidates(...numbered(20, {imageId: 'sha256:earlier'}), ...replaced);
		const all = kept(from, 5);
		expect(all.filter(id => id.startsWith('dpl_oldundefined'))).toHaveLength(20);
		// Nor do they grow without end.
		expect(all.filter(id => id.startsWith('dpl_oldstopped'))).toHaveLength(20);
		expect(all).toContain('dpl_oldstopped039');
	});

	it('count as others if what they replaced is not recorded', () => {
		const orphans = numbered(30, {type: 'restart', imageId: 'sha256:unknown'});
		expect(kept(withCandidates(...orphans), 24)).toHaveLength(25);
		expect(isReplacement(orphans[0]!, withCandidates(...orphans))).toBe(false);
		expect(isReplacement(candidate(web, {type: 'restart'}), state)).toBe(true);
		expect(isReplacement(candidate(web, {type: 'rollback'}), state)).toBe(false);
	});

	it('are kept while they have a container, serve, run or are held', () => {
		const old = [
			...numbered(30, {containerId: 'f'.repeat(64)}),
			...numbered(30, {status: 'running', stage: 'candidate', isHeld: true}),
			...numbered(30, {status: 'stopped'}),
		];
		const from = withCandidates(...old);
		const serving = {...from, active: {...from.active, web: 'dpl_oldstopped000'}};
		expect(kept(serving, 5)).toHaveLength(30 + 30 + 20 + 1);
	});
});

describe('the route table', () => {
	it('has a backend for every service that is exposed or named in a rule', () => {
		const table = describeTable(state);
		expect(table.backends.map(({service}) => service)).toEqual(['api', 'web']);
		expect(table).toMatchObject({
			lineage: state.lineage,
			project: 'shop',
			environment: 'production',
			hosts: routes.hosts,
		});
		expect(table.backends[1]).toEqual({
			service: 'web',
			accessMode: 'authenticated',
			active: 'blue',
			slots: {blue: {address: '10.213.0.2', port: 3000, deployment: 'dpl_web1'}},
			check: {type: 'http', path: '/healthz', timeoutMs: 30_000},
		});
	});

	it('keeps the previous deployment in its slot until the slot is needed', () => {
		const next = switchedTo(candidate(web));
		expect(describeTable(next).backends[1]).toMatchObject({
			active: 'green',
			slots: {blue: {deployment: 'dpl_web1'}, green: {deployment: 'dpl_web2', address: '10.213.0.9'}},
		});
	});

	it('has a backend without a target for a service without a deployment', () => {
		const {web: _web, ...active} = state.active;
		expect(describeTable({...state, active}).backends[1]).toMatchObject({service: 'web', active: null, slots: {}});
	});

	it('has no backend when nothing is routed', () => {
		expect(describeTable({...state, routes: null})).toMatchObject({hosts: {}, rules: [], backends: []});
	});

	it('contains the hash of the access password, never the password', () => {
		const access = {ciphertext: 'YWdl', headerHash: 'f'.repeat(64), updatedAt: ''};
		const table = describeTable({...state, access});
		expect(table.accessHash).toBe('f'.repeat(64));
		expect(JSON.stringify(table)).not.toContain('YWdl');
	});
});
