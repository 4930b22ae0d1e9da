import fc from 'fast-check';
import {expect, it} from 'vitest';
import {deploymentFields, resourceFields, volumeFields} from '../../source/plan/attributes.ts';
import type {Plan} from '../../source/plan/plan.ts';
import type {PlanRequest} from '../../source/refresh/plan-request.ts';
import type {
	Deployment,
	ResourceRecord,
	RoutesRecord,
	State,
	Variable,
	VolumeRecord,
} from '../../source/state/state.ts';
import {createMemoryWorld, images, type MemoryWorld} from './memory-world.ts';

/** Everything in the files that an apply could change, with a few values for each part. */
const service = fc.record({
	image: fc.constantFrom(images.good, images.better),
	level: fc.option(fc.constantFrom('info', 'debug'), {nil: undefined}),
	command: fc.option(fc.constantFrom('serve', 'serve --fast'), {nil: undefined}),
	port: fc.option(fc.constantFrom(3000, 4000), {nil: undefined}),
	restart: fc.constantFrom('', 'restart: {policy: unless-stopped}', 'restart: {policy: on-failure, maxRetries: 3}'),
	limits: fc.constantFrom('', 'limits: {cpu: 0.5}', 'limits: {cpu: 1, memory: 64m}'),
	readiness: fc.constantFrom(
		'',
		'readiness: {type: http, path: /}',
		'readiness: {type: http, path: /ready, timeoutMs: 4000}',
	),
	isFile: fc.boolean(),
	isConnected: fc.boolean(),
	isPublic: fc.boolean(),
	domain: fc.constantFrom('', 'domain: shop.example.com'),
	kind: fc.constantFrom('web', 'worker', 'job', 'cron'),
	schedule: fc.constantFrom('daily', 'hourly'),
	volume: fc.constantFrom('none', 'shared', 'shared', 'exclusive', 'elsewhere'),
	archive: fc.constantFrom('never', 'by hand', 'stopped', 'daily', 'hourly'),
});

const database = fc.record({
	image: fc.constantFrom(images.database, images.postgres),
	user: fc.constantFrom('app', 'root'),
	command: fc.constantFrom('', 'command: [serve, "a b"]'),
	ports: fc.constantFrom('[5432]', '[5432, 5433]'),
	timeoutMs: fc.constantFrom(5000, 6000),
	restart: fc.constantFrom('no', 'unless-stopped'),
	bytes: fc.constantFrom(16, 32),
	hasMore: fc.boolean(),
	interval: fc.constantFrom('daily', 'hourly'),
	backup: fc.constantFrom('command: dump', 'preset: archive', 'preset: archive, stop: true'),
	url: fc.constantFrom('db://${env.POSTGRES_USER}:${env.POSTGRES_PASSWORD}@${resource.host}', 'db://${resource.host}'),
});

type Made<Part> = Part extends fc.Arbitrary<infer Value> ? Value : never;

type Files = {
	readonly web: Made<typeof service>;
	readonly api: Made<typeof service> | null;
	readonly db: Made<typeof database>;
	readonly rules: readonly string[];
};

const files: fc.Arbitrary<Files> = fc.record({
	web: service.map(made => ({...made, kind: 'web'})),
	api: fc.option(service),
	db: database,
	rules: fc.subarray(
		[
			'{on: web, path: /api/*, to: web, stripPrefix: /api}',
			'{on: web, path: /api/*, to: web, replacePrefix: /v2, methods: [GET]}',
			'{on: web, path: /old, to: web, rewrite: /new}',
		],
		{maxLength: 2},
	),
});

const list = (...parts: readonly string[]): string => parts.filter(part => part !== '').join(', ');

/** The volume of a service, with how it is backed up. Runs of jobs cannot have one for themselves. */
function writeVolume({kind, volume, archive}: Made<typeof service>): string {
	const isExclusive = volume === 'exclusive' && (kind === 'web' || kind === 'worker');
	const schedule = archive === 'daily' || archive === 'hourly' ? `schedule: {interval: ${archive}}` : '';
	const backup = list('preset: archive', archive === 'stopped' && isExclusive ? 'stop: true' : '', schedule);
	const fields = list(
		`path: ${volume === 'elsewhere' ? '/elsewhere' : '/data'}`,
		isExclusive ? 'exclusive: true' : '',
		archive === 'never' ? '' : `backup: {${backup}}`,
	);
	return volume === 'none' ? '' : `volumes: {data: {${fields}}}`;
}

function writeService(name: string, made: Made<typeof service>): string {
	const isWeb = made.kind === 'web';
	const run = list(
		made.command ? `command: ${JSON.stringify(made.command)}` : '',
		made.kind === 'worker' || isWeb ? made.restart : '',
	);
	const fields = list(
		`image: "${made.image}"`,
		`kind: ${made.kind}`,
		made.level ? `env: {LEVEL: ${made.level}}` : '',
		made.port && isWeb ? `port: ${made.port}` : '',
		made.limits,
		run ? `run: {${run}}` : '',
		isWeb ? made.readiness : '',
		isWeb && made.isPublic ? 'accessMode: public' : '',
		isWeb && name === 'web' ? made.domain : '',
		made.isFile ? 'secretFiles: {TOKEN: /run/token}' : '',
		made.isConnected ? 'connections: {db: {env: {DB: url}}}' : '',
		writeVolume(made),
		made.kind === 'cron' ? `schedule: {interval: ${made.schedule}}` : '',
	);
	return `  ${name}: {${fields}}`;
}

const writeFiles = ({web, api, db}: Files): string =>
	[
		'name: shop',
		'services:',
		writeService('web', web),
		...(api ? [writeService('api', api)] : []),
		'resources:',
		`  db: {${list(
			`image: "${db.image}"`,
			`env: {POSTGRES_USER: ${db.user}}`,
			db.command,
			`ports: ${db.ports}`,
			`readiness: {type: tcp, port: 5432, timeoutMs: ${db.timeoutMs}}`,
			`restart: {policy: "${db.restart}"}`,
			`generatedVariables: {POSTGRES_PASSWORD: {generator: token, bytes: ${db.bytes}}}`,
			`volumes: {data: /data${db.hasMore ? ', more: /more' : ''}}`,
			`outputs: {url: {sensitive: true, value: "${db.url}"}}`,
			`operations: {backup: {${db.backup}, schedule: {interval: ${db.interval}}}}`,
		)}}`,
		'',
	].join('\n');

const writeRules = ({rules}: Files): string | undefined =>
	rules.length > 0 ? `version: 1\nroutes: [${rules.join(', ')}]\n` : undefined;

/** What may happen before the next plan besides an edit of the files. */
type Event = {
	readonly type: 'variable' | 'generated' | 'nothing' | 'retag' | 'lost';
	readonly value: string;
};

const event: fc.Arbitrary<Event> = fc.record({
	type: fc.constantFrom('variable', 'generated', 'nothing', 'nothing', 'retag', 'lost'),
	value: fc.constantFrom('1', '2', '3'),
});

const modes = [
	'apply',
	'apply',
	'apply',
	'hold',
	'promote',
	'promote --from',
	'discard',
	'rollback',
	'restart',
	'rotate',
	'stop',
	'start',
	'destroy',
] as const;
const step = fc.record({edit: fc.option(files, {freq: 2}), event, mode: fc.constantFrom(...modes)});

const variable = (value: string): Variable => ({
	scope: {type: 'service', name: 'web'},
	key: 'TOKEN',
	source: 'user',
	revision: value,
	updatedAt: new Date(0).toISOString(),
	isSensitive: false,
	value,
});

async function happen(world: MemoryWorld, {type, value}: Event): Promise<void> {
	const {engine} = world;
	if (type === 'variable')
		await world.changeState(state => ({
			...state,
			variables: [...state.variables.filter(({key}) => key !== 'TOKEN'), variable(value)],
		}));
	if (type === 'generated')
		await world.changeState(state => ({
			...state,
			variables: state.variables.filter(({key}) => key !== 'POSTGRES_PASSWORD'),
		}));
	if (type === 'retag') {
		const next = value === '1' ? images.better : images.good;
		const found = await engine.findImage(next);
		if (found) await engine.tagImage(found.id, images.database);
	}
	if (type === 'lost')
		for (const {id, labels} of (await engine.observe({})).containers)
			if (labels['compartment.address'] === 'service.web') await engine.remove(id);
}

/** Nested data flattened to `name.key`, each leaf as JSON, without unset values. */
function leaves(name: string, value: unknown, depth = Number.POSITIVE_INFINITY): Record<string, string> {
	if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return {};
	if (typeof value !== 'object' || Array.isArray(value) || depth === 0) return {[name]: JSON.stringify(value)};
	return Object.assign(
		{},
		...Object.entries(value).map(([key, inner]) => leaves(name === '' ? key : `${name}.${key}`, inner, depth - 1)),
	);
}

// An environment value is one leaf: its origin and revision. So is a volume: where it is mounted, and for whom.
const specLeaves = ({env, volumes, ...spec}: Deployment['spec'] | ResourceRecord['spec']): Record<string, string> => ({
	...leaves('', spec),
	...leaves('env', env, 1),
	...leaves('volumes', volumes, 1),
});

const marked = (fields: Readonly<Record<string, string>>, mark: string): string[] =>
	Object.keys(fields).filter(name => fields[name] === mark);

type Leaves = Readonly<Record<string, string>>;

function deploymentLeaves(deployment: Deployment | undefined): Leaves {
	if (!deployment) return {};
	const {spec, readiness, schedule, ...rest} = deployment;
	const others = Object.fromEntries(
		marked(deploymentFields, 'compared').flatMap(name =>
			name in rest ? [[name, rest[name as keyof typeof rest]]] : [],
		),
	);
	const {type: _http, ...probe} = readiness ?? {type: 'http'};
	return {
		...specLeaves(spec),
		...leaves('', others),
		...leaves('readiness', probe),
		...(schedule ? {schedule: JSON.stringify(schedule)} : {}),
		image: deployment.imageId,
	};
}

function resourceLeaves(record: ResourceRecord | undefined): Leaves {
	if (!record) return {};
	const {spec, declared, readiness, restart, ...rest} = record;
	const others = Object.fromEntries(
		marked(resourceFields, 'compared').flatMap(name => (name in rest ? [[name, rest[name as keyof typeof rest]]] : [])),
	);
	return {
		...specLeaves(spec),
		...leaves('', others),
		...leaves('', declared),
		readiness: JSON.stringify(readiness),
		'restart.policy': restart,
		image: `${spec.image} ${record.imageId}`,
	};
}

const volumeLeaves = (record: VolumeRecord): Leaves =>
	Object.assign({}, ...marked(volumeFields, 'compared').map(name => leaves(name, record[name as keyof VolumeRecord])));

function routesLeaves(routes: RoutesRecord | null): Leaves {
	if (!routes) return {};
	const {hosts, access, rules, ...rest} = routes;
	const owners = new Set(rules.map(({on}) => on));
	return {
		...leaves('', rest),
		...leaves('host', hosts, 1),
		...leaves('access', access, 1),
		...Object.fromEntries([...owners].map(on => [`rules.${on}`, JSON.stringify(rules.filter(rule => rule.on === on))])),
	};
}

const differences = (before: Leaves, after: Leaves): string[] =>
	[...new Set([...Object.keys(before), ...Object.keys(after)])].filter(name => before[name] !== after[name]).sort();

const waiting = ({deployments}: State, name: string): Deployment | undefined =>
	Object.values(deployments).find(
		({service: owner, isHeld, stage}) => owner === name && isHeld && stage === 'candidate',
	);
const serving = ({active, deployments}: State, name: string): Deployment | undefined => deployments[active[name] ?? ''];

/** Address → what differs between two states. A created or deleted object differs as a whole. */
function whatDiffers(before: State, after: State, isHold: boolean): Record<string, readonly string[]> {
	const at = (state: State, name: string) =>
		isHold ? (waiting(state, name) ?? serving(state, name)) : serving(state, name);
	const found: Record<string, readonly string[]> = {
		routes: differences(routesLeaves(before.routes), routesLeaves(after.routes)),
	};
	for (const name of ['web', 'api'])
		found[`service.${name}`] = differences(deploymentLeaves(at(before, name)), deploymentLeaves(at(after, name)));
	for (const name of ['db']) {
		const [old, next] = [before.resources[name], after.resources[name]];
		const all = differences(resourceLeaves(old), resourceLeaves(next));
		// The settings of a new resource are not listed.
		const declared = Object.keys(leaves('', next?.declared)).concat('readiness', 'restart.policy');
		found[`resource.${name}`] = old ? all : all.filter(attribute => !declared.includes(attribute));
	}
	for (const [address, record] of Object.entries(after.volumes)) {
		const old = before.volumes[address];
		if (old) found[address] = differences(volumeLeaves(old), volumeLeaves(record));
	}
	return found;
}

function expectComplete(plan: Plan, before: State, after: State): void {
	for (const [address, differing] of Object.entries(whatDiffers(before, after, plan.isHold))) {
		const action = plan.actions.find(candidate => candidate.address === address && candidate.kind !== 'none');
		// A volume that is there again is recorded anew.
		if (action?.kind === 'delete' || (action?.object === 'volume' && action.kind === 'create')) continue;
		const changes = action?.changes ?? [];
		const named = changes.map(({name}) => name);
		const where = `${plan.mode}: ${address}`;
		expect(
			differing.filter(name => !named.includes(name)),
			`${where} changed without a word`,
		).toEqual([]);
		// A computed value may turn out to be unchanged.
		const certain = changes.filter(change => change.after.type !== 'computed').map(({name}) => name);
		expect(
			certain.filter(name => !differing.includes(name)),
			`${where} was said to change`,
		).toEqual([]);
		if (named.includes('image')) expect(named[0]).toBe('image');
	}
	for (const address of Object.keys(after.volumes))
		if (!before.volumes[address])
			expect(plan.actions).toContainEqual(expect.objectContaining({address, kind: 'create'}));
	if (JSON.stringify(before.networks) !== JSON.stringify(after.networks)) {
		const kind = after.networks ? 'create' : 'delete';
		expect(plan.actions).toContainEqual(expect.objectContaining({address: 'network', kind}));
	}
}

function requestFor(mode: (typeof modes)[number], state: State): Partial<PlanRequest> {
	if (mode === 'hold') return {mode: 'apply', isHold: true};
	if (mode === 'rotate') return {mode, rotated: 'db'};
	if (mode !== 'promote --from') return {mode};
	// A previous deployment of this environment stands in for another environment's.
	const newest = Object.values(state.deployments).filter(({status, kind}) => status === 'succeeded' && kind === 'web');
	const promoted = newest[0];
	return {mode: 'apply', promotion: {from: 'staging', deployments: promoted ? {[promoted.service]: promoted} : {}}};
}

const isRefused = (error: unknown): boolean =>
	error instanceof Error &&
	/No valid rollback target|not found|No active deployment|no password that can be rotated/.test(error.message);

const plainService: Files['web'] = {
	image: images.good,
	level: 'info',
	command: undefined,
	port: 3000,
	restart: '',
	limits: '',
	readiness: '',
	isFile: false,
	isConnected: true,
	isPublic: true,
	domain: '',
	kind: 'web',
	schedule: 'daily',
	volume: 'shared',
	archive: 'by hand',
};
const one: Files = {
	web: plainService,
	api: {...plainService, kind: 'worker'},
	db: {
		image: images.postgres,
		user: 'app',
		command: '',
		ports: '[5432]',
		timeoutMs: 5000,
		restart: 'no',
		bytes: 16,
		hasMore: false,
		interval: 'daily',
		backup: 'command: dump',
		url: 'db://${env.POSTGRES_USER}:${env.POSTGRES_PASSWORD}@${resource.host}',
	},
	rules: [],
};
const other: Files = {
	...one,
	web: {
		...plainService,
		...{image: images.better, level: 'debug', limits: 'limits: {cpu: 0.5}', volume: 'exclusive', archive: 'hourly'},
	},
	db: {...one.db, interval: 'hourly', timeoutMs: 6000, backup: 'preset: archive'},
	rules: ['{on: web, path: /old, to: web, rewrite: /new}'],
};

/** Covers every mode at least once. */
const tour = (
	[
		[other, 'apply'],
		[null, 'rollback'],
		[null, 'restart'],
		[null, 'rotate'],
		[one, 'hold'],
		[null, 'promote'],
		[other, 'hold'],
		[null, 'discard'],
		[null, 'promote --from'],
		[null, 'stop'],
		[null, 'start'],
		[null, 'destroy'],
	] as const
).map(([edit, mode]) => ({edit, mode, event: {type: 'variable', value: mode} as const}));

it('a plan names every attribute that its apply changes, and no other', async () => {
	const counts: Record<string, number> = {};
	let updatedVolumes = 0;
	await fc.assert(
		fc.asyncProperty(files, fc.array(step, {minLength: 1, maxLength: 5}), async (first, steps) => {
			const world = await createMemoryWorld();
			try {
				let current = first;
				const apply = async (request: Partial<PlanRequest>) => {
					const before = await world.state();
					const {plan, result} = await world.apply(writeFiles(current), request, writeRules(current));
					if (result?.outcome !== 'done') return;
					counts[plan.mode] = (counts[plan.mode] ?? 0) + 1;
					updatedVolumes += plan.actions.filter(({object, kind}) => object === 'volume' && kind === 'update').length;
					if (before) expectComplete(plan, before, (await world.state())!);
				};
				await apply({});
				if (!(await world.state())) return;
				await world.changeState(state => ({...state, variables: [...state.variables, variable('0')]}));
				for (const {edit, event: what, mode} of steps) {
					current = edit ?? current;
					await happen(world, what);
					const request = requestFor(mode, (await world.state())!);
					await apply(request).catch((error: unknown) => {
						if (!isRefused(error)) throw error;
					});
				}
			} finally {
				world.close();
			}
		}),
		{numRuns: 40, examples: [[one, tour]]},
	);
	// Otherwise the property would hold vacuously.
	for (const mode of ['apply', 'rollback', 'restart', 'rotate', 'promote', 'discard', 'stop', 'start', 'destroy'])
		expect(counts[mode] ?? 0, mode).toBeGreaterThan(0);
	expect(updatedVolumes).toBeGreaterThan(0);
}, 120_000);
