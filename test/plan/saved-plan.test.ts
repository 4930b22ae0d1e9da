import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import fc from 'fast-check';
import {afterAll, describe, expect, it} from 'vitest';
import {UserError} from '../../source/errors.ts';
import {checksumOf} from '../../source/model/canonical.ts';
import {labels} from '../../source/model/labels.ts';
import {findStaleness} from '../../source/plan/fingerprints.ts';
import type {Plan, PlannedDeployment} from '../../source/plan/plan.ts';
import {recordedParts} from '../../source/plan/recorded-parts.ts';
import {assertNotStale, parsePlan, serializePlan, verifyPlan} from '../../source/plan/saved-plan.ts';
import {renderHint} from '../../source/render-hint.ts';
import {withCrashLoop} from '../../source/state/crash-loop.ts';
import {ensureIdentity} from '../../source/state/identity.ts';
import {ensurePlanKey} from '../../source/state/plan-key.ts';
import type {JobRun} from '../../source/state/state.ts';
import {newState} from '../../source/state/store.ts';
import {ensureKey, signatureOf} from '../../source/state/trust-key.ts';
import {backupRecord} from '../backup/backup-record.ts';
import {situations} from './situations.ts';
import {
	deployedWorld,
	emptyWorld,
	newImage,
	plain,
	planOf,
	rewritten,
	sensitive,
	type World,
	withContainer,
	withInput,
	withState,
	withVariables,
} from './world.ts';

const deployed = deployedWorld();
const saved = planOf(deployed);
/** A plan of a world with the parts of its state. */
const madeIn = (world: World, patch: Partial<World['input']> = {}) => ({
	plan: planOf(world, patch),
	recorded: recordedParts(world.input.state),
});
const recorded = recordedParts(deployed.input.state);
// The configuration folder of these tests has the key of the world's environment.
const key = ensureKey(saved, '/srv/shop/.compartment/production');
const backup = backupRecord({status: 'succeeded', purpose: 'scheduled'});
const crashLoop = {at: backup.createdAt, cause: 'ended 5 times in 10 minutes', lastLines: []};
const request = {mode: 'apply', rebuild: false};
const text = serializePlan({plan: saved, request, recorded}, key);

const open = async (content: string, env?: NodeJS.ProcessEnv) => verifyPlan(parsePlan(content, 'plan.json'), env);

const refusal = async (content: string, env?: NodeJS.ProcessEnv): Promise<UserError> => {
	try {
		await open(content, env);
	} catch (error) {
		if (error instanceof UserError) return error;
		throw error;
	}
	throw new Error('the file was accepted');
};

describe('a saved plan', () => {
	it.each(Object.entries(situations))('of %s is read back unchanged', async (_, world) => {
		const made = madeIn(world);
		const back = await open(serializePlan({...made, request}, key));
		expect(back).toEqual({...made, plan: JSON.parse(JSON.stringify(made.plan)), request});
		expect(findStaleness(back, madeIn(world))).toEqual([]);
	});

	it('contains no secret, not even its ciphertext', () => {
		const ciphertexts = deployed.input.state.variables.flatMap(variable =>
			variable.isSensitive ? variable.ciphertext : [],
		);
		expect(ciphertexts.length).toBeGreaterThan(0);
		for (const ciphertext of ciphertexts) expect(text).not.toContain(ciphertext);
	});
});

describe('a file that is not a valid saved plan', () => {
	it.each([
		['empty', '', 'it is not valid JSON'],
		['cut off', text.slice(0, -20), 'it is not valid JSON'],
		['not an object', '[1, 2]', 'is not a saved plan of this version'],
		['null', 'null', 'is not a saved plan of this version'],
		['of another version', text.replace('"format": 1', '"format": 2'), 'is not a saved plan of this version'],
		['without a basis', text.replace('"basis"', '"base"'), 'is not a saved plan of this version'],
		['with broken actions', JSON.stringify({...saved, actions: [null]}), 'is not a saved plan of this version'],
		['with a broken basis', JSON.stringify({...saved, basis: {live: null}}), 'is not a saved plan of this version'],
		['without its checksum', JSON.stringify({...saved, request, recorded}), 'does not match its checksum'],
		['changed by hand', text.replace('"kind": "none"', '"kind": "delete"'), 'does not match its checksum'],
	])('is refused when it is %s', async (_, content, message) => {
		expect(content).not.toBe(text);
		const error = await refusal(content);
		expect(error.message).toContain('plan.json');
		expect(error.message).toContain(message);
		expect(renderHint(error.hint!, {environment: 'production'})).toContain('compartment plan --out');
	});

	/** The file after a change with a correct checksum. */
	const forged = (patch: object): string => {
		const {checksum: _checksum, ...file} = {...JSON.parse(text), ...patch};
		return JSON.stringify({checksum: checksumOf(file), ...file});
	};

	it.each([
		['other actions', {actions: []}],
		['another request', {request: {mode: 'destroy', deleteData: true}}],
		['no signature', {signature: undefined}],
		['a signature of another key', {signature: signatureOf(Buffer.alloc(32), 'plan', '')}],
	])('is refused despite a correct checksum when it has %s', async (_, patch) => {
		expect((await refusal(forged(patch))).message).toBe(
			'plan.json was not signed with the key of its environment: someone else created or changed it',
		);
		expect((await open(forged({}))).plan).toEqual(JSON.parse(JSON.stringify(saved)));
	});

	it('is refused on a machine without its key', async () => {
		const error = await refusal(text, {COMPARTMENT_CONFIG_HOME: '/nowhere/at/all'});
		expect(error.message).toContain('was made on another machine, and this machine has no key');
		const hint = renderHint(error.hint!, {environment: 'production'});
		for (const way of ['the identity or COMPARTMENT_PASSPHRASE', 'compartment state trust', 'compartment plan --out'])
			expect(hint).toContain(way);
	});

	it('is refused with a UserError, whatever it contains', async () => {
		const value = fc.anything({withNullPrototype: false});
		const broken = fc.tuple(fc.constantFrom(...Object.keys(saved)), value).map(([key, replacement]) => {
			const content = JSON.stringify({...JSON.parse(text), [key]: replacement ?? null});
			return content;
		});
		await fc.assert(
			fc.asyncProperty(fc.oneof(broken, fc.json(), fc.string()), async content => {
				fc.pre(JSON.stringify(JSON.parse(text)) !== content);
				expect((await refusal(content)).message).toContain('plan.json');
			}),
			{numRuns: 300},
		);
	});

	it('is refused when its keys are on a prototype', async () => {
		expect((await refusal('{"__proto__": {"format": 1, "actions": []}}')).message).toContain('is not a saved plan');
	});
});

describe('the plan of a first apply', () => {
	/** A machine of its own: with a copy of an identity, or without. */
	const machine = (identity?: string): NodeJS.ProcessEnv => {
		const folder = mkdtempSync(join(tmpdir(), 'compartment-plan-'));
		folders.push(folder);
		if (identity !== undefined) writeFileSync(join(folder, 'identity'), identity, {mode: 0o600});
		return {COMPARTMENT_CONFIG_HOME: folder};
	};
	const folders: string[] = [];
	afterAll(() => {
		for (const folder of folders) rmSync(folder, {recursive: true});
	});
	const fresh = () => newState({project: 'shop', environment: 'pr-1'});
	const made = async (env: NodeJS.ProcessEnv): Promise<string> => {
		const state = fresh();
		const planned: Plan = {...saved, serial: 0, lineage: state.lineage, environment: 'pr-1'};
		return serializePlan({plan: planned, request, recorded}, await ensurePlanKey(state, '/srv/ci/pr-1', env));
	};
	const newIdentity = async (): Promise<string> => {
		const env = machine();
		return readFileSync((await ensureIdentity(env)).path, 'utf8');
	};

	it('is accepted on another machine with the same identity, and nowhere else', async () => {
		const identity = await newIdentity();
		const content = await made(machine(identity));
		expect((await open(content, machine(identity))).plan.environment).toBe('pr-1');
		expect((await refusal(content, machine(await newIdentity()))).message).toContain('someone else created');
		expect((await refusal(content, machine())).message).toContain('this machine has no key');
	});

	it('is still known once its environment has a key of its own, so that it is stale and not foreign', async () => {
		const identity = await newIdentity();
		const content = await made(machine(identity));
		const other = machine(identity);
		const {lineage} = parsePlan(content, 'plan.json');
		ensureKey({lineage, project: 'shop', environment: 'pr-1'}, '/srv/ci/pr-1', other);
		expect((await open(content, other)).plan.environment).toBe('pr-1');
	});

	it('is accepted on another machine with the same passphrase', async () => {
		const content = await made({...machine(), COMPARTMENT_PASSPHRASE: 'of the pipeline'});
		const other = {...machine(), COMPARTMENT_PASSPHRASE: 'of the pipeline'};
		expect((await open(content, other)).plan.environment).toBe('pr-1');
		const wrong = {...machine(), COMPARTMENT_PASSPHRASE: 'of another'};
		expect((await refusal(content, wrong)).message).toContain('someone else created');
	});
});

const opened = await open(text);

describe('staleness', () => {
	const stale = (world: World, patch: Partial<World['input']> = {}): string[] =>
		findStaleness(opened, madeIn(world, patch));

	it('is not reported while nothing has changed', () => {
		expect(stale(deployed)).toEqual([]);
		expect(stale(deployed, {now: '2027-01-01T00:00:00.000Z'})).toEqual([]);
	});

	const {state, observed, images} = deployed.input;
	const cases: readonly [what: string, world: World, moved: readonly string[]][] = [
		[
			'another state',
			withState(deployed, {lineage: 'other'}),
			['the plan belongs to another state (its lineage differs)'],
		],
		[
			'another active deployment',
			withState(deployed, {serial: 9, active: {...state.active, web: 'dpl_web0'}}),
			['the state changed from serial 7 to 9: active deployments'],
		],
		[
			'a crash loop',
			withState(deployed, withCrashLoop({...state, serial: 8}, 'service.web', crashLoop)),
			['the state changed from serial 7 to 8: deployments'],
		],
		[
			'a healed deployment',
			withState(deployed, {
				serial: 8,
				deployments: {...state.deployments, dpl_web2: {...state.deployments['dpl_web1']!, id: 'dpl_web2'}},
			}),
			['the state changed from serial 7 to 8: deployments'],
		],
		[
			'an expiring environment',
			withState(deployed, {serial: 8, lifetime: {expiresAt: backup.createdAt, lifetimeMs: 1, deletesData: false}}),
			['the state changed from serial 7 to 8: lifetime'],
		],
		[
			'an edited descriptor',
			rewritten(deployed, ['LOG_LEVEL: info', 'LOG_LEVEL: debug']),
			['compartment.yml or compartment.routes.yml changed'],
		],
		[
			'a changed source',
			withInput(deployed, {
				images: images.map((found, index) => (index === 0 ? newImage('web', ['source changed']) : found)),
			}),
			['source of service web changed'],
		],
		[
			'a variable that was set',
			withVariables(deployed, plain({type: 'environment'}, 'REGION', 'eu')),
			['variable environment.REGION appeared'],
		],
		[
			'a rotated secret',
			withVariables(deployed, sensitive({type: 'resource', name: 'db'}, 'POSTGRES_PASSWORD', 'other')),
			['variable resource.db.POSTGRES_PASSWORD changed'],
		],
		['a removed variable', withState(deployed, {variables: []}), ['variable resource.db.POSTGRES_PASSWORD is gone']],
		[
			'a removed container',
			withContainer(deployed, 'service.web', null),
			['container compartment-shop.production.web.dpl_web1 is gone'],
		],
		[
			'a stopped container',
			withContainer(deployed, 'resource.db', {state: 'exited'}),
			['container compartment-shop.production.resource.db changed'],
		],
		[
			'a recreated network',
			withInput(deployed, {
				observed: {...observed, networks: observed.networks.map(network => ({...network, id: `new ${network.id}`}))},
			}),
			['network compartment-shop.production changed', 'network compartment-shop.production.mesh changed'],
		],
		[
			'a lost volume',
			withInput(deployed, {observed: {...observed, volumes: []}}),
			['volume compartment-shop.production.resource.db.data is gone'],
		],
		['a stopped router', withInput(deployed, {router: 'stopped'}), ['router changed']],
		[
			'an image that moved',
			withInput(deployed, {resourceImages: {'postgres:16-alpine': 'sha256:other'}}),
			['image postgres:16-alpine changed'],
		],
		[
			'changed settings',
			withInput(deployed, {
				desired: {
					...deployed.input.desired,
					services: deployed.input.desired.services.map(service => ({...service, accessMode: 'public' as const})),
				},
			}),
			['the settings changed the desired configuration'],
		],
		[
			'a host that was taken',
			withInput(deployed, {takenHosts: [{host: 'shop.localhost', project: 'other', environment: 'production'}]}),
			['routes is blocked: host shop.localhost is served by project other, environment production'],
		],
	];

	it.each(cases)('is reported for %s', (_, world, moved) => {
		expect(stale(world)).toEqual(moved);
		expect(() => assertNotStale({plan: saved, request, recorded}, madeIn(world), 'plan.json')).toThrow(
			`plan.json is stale, nothing was changed:\n${moved.map(line => `  - ${line}`).join('\n')}`,
		);
	});

	it.each<[what: string, patch: Partial<Plan>, moved: string]>([
		['an action', {actions: saved.actions.slice(1)}, `the action for ${saved.actions[0]!.address} changed`],
		[
			'what a deployment runs',
			{deployments: [{service: 'web', kind: 'web'} as unknown as PlannedDeployment]},
			'the deployment of service web changed',
		],
		['an image', {images: saved.images.slice(1)}, `the image of service ${saved.images[0]!.service} changed`],
		['the routes', {routes: {hosts: {'evil.localhost': 'web'}, rules: [], access: {}}}, 'the routes changed'],
		['--hold', {isHold: true}, '--hold changed'],
	])('is reported for a difference in %s', (_, patch, moved) => {
		expect(findStaleness({plan: {...saved, ...patch}, recorded}, {plan: saved, recorded})).toEqual([moved]);
	});

	const run: JobRun = {
		id: 'job_1',
		service: 'report',
		deployment: 'dpl_report1',
		trigger: 'scheduled',
		arguments: [],
		status: 'running',
		startedAt: backup.createdAt,
	};
	const observedWith = (address: string, name: string) => ({
		...observed,
		containers: [
			...observed.containers,
			{
				...observed.containers[0]!,
				id: name,
				name,
				labels: {...observed.containers[0]!.labels, [labels.address]: address},
			},
		],
	});

	it.each<[what: string, world: World]>([
		[
			'a scheduled run that goes on',
			withInput(withState(deployed, {serial: 9, jobs: [run]}), {
				observed: observedWith('job.report', 'compartment-shop.production.report.job_1'),
			}),
		],
		[
			'what a schedule remembers of its runs',
			withState(deployed, {
				serial: 9,
				schedules: {report: {schedule: 'daily', since: backup.createdAt, ran: [{from: 'a', to: 'b'}]}},
			}),
		],
		[
			'a scheduled backup that goes on',
			withInput(withState(deployed, {serial: 9, backups: [backup]}), {
				observed: observedWith('backup.db', 'compartment-shop.production.backup.db'),
			}),
		],
		[
			'a resource that was started again',
			withState(deployed, {
				serial: 9,
				resources: {...state.resources, db: {...state.resources['db']!, updatedAt: backup.createdAt}},
			}),
		],
	])('is not reported for %s', (_, world) => {
		expect(stale(world)).toEqual([]);
	});

	it('is not reported for the router, which locking a state on the engine makes, but for one that is outdated', () => {
		const first = {...emptyWorld(), input: {...emptyWorld().input, router: 'missing' as const}};
		const made = madeIn(first);
		expect(made.plan.actions.find(({address}) => address === 'router')?.kind).toBe('create');
		expect(findStaleness(made, madeIn(first, {router: 'running'}))).toEqual([]);
		const routerOutdated = [{name: 'image', before: 'a', after: 'b'}] as const;
		expect(findStaleness(made, madeIn(first, {router: 'running', routerOutdated}))).toEqual(['router changed']);
		expect(findStaleness(made, madeIn(first, {router: 'stopped'}))).toEqual(['router changed']);
	});

	it('is not reported for a warning, which changes nothing', () => {
		expect(findStaleness({plan: {...saved, warnings: ['new']}, recorded}, {plan: saved, recorded})).toEqual([]);
	});

	it('is reported with all changes at once', () => {
		const world = withContainer(withState(deployed, {serial: state.serial + 1, active: {}}), 'service.api', null);
		expect(stale(world)).toHaveLength(2);
	});

	it('ignores the lineage of a new state, which differs every time', () => {
		const first = madeIn(emptyWorld());
		const again = madeIn(withState(emptyWorld(), {lineage: 'new'}));
		expect(findStaleness(first, again)).toEqual([]);
	});

	// Except for the request, which is saved with the plan, and the state, which is compared by its parts.
	const isComparable = ({input}: World): boolean =>
		input.mode === 'apply' &&
		input.services === null &&
		input.replace.length === 0 &&
		!input.isHold &&
		isDeepStrictEqual(input.state, state);

	it.each(Object.entries(situations).filter(([, world]) => isComparable(world)))(
		'is reported for %s exactly when its plan differs',
		(_, world) => {
			const fresh = madeIn(world);
			const isSame = isDeepStrictEqual(fresh.plan.actions, saved.actions);
			expect(findStaleness({plan: saved, recorded}, fresh).length > 0).toBe(!isSame);
		},
	);
});
