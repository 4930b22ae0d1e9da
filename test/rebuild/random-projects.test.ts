import {rmSync} from 'node:fs';
import fc from 'fast-check';
import {expect, it, vi} from 'vitest';
import {nameIn} from '../../source/model/address.ts';
import {labels} from '../../source/model/labels.ts';
import type {VariableScope} from '../../source/model/values.ts';
import {hasChanges, type Plan} from '../../source/plan/plan.ts';
import {chooseLineage, lineagesOf} from '../../source/rebuild/lineages.ts';
import {rebuildState} from '../../source/rebuild/rebuild-state.ts';
import {readRemains} from '../../source/rebuild/remains.ts';
import {sealState} from '../../source/rebuild/seal-state.ts';
import {publishAccess, writeRebuilt} from '../../source/rebuild/write-state.ts';
import type {PlanRequest} from '../../source/refresh/plan-request.ts';
import {routerOptions} from '../../source/router/from-settings.ts';
import {readSettings} from '../../source/settings/settings.ts';
import {ensureDirectory} from '../../source/state/directory.ts';
import {encryptValue, newRevision, ownRecipients} from '../../source/state/secrets.ts';
import {withVariable} from '../../source/state/variables.ts';
import {createMemoryWorld, images, type MemoryWorld} from '../apply/memory-world.ts';
import {read} from '../descriptor/support.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

const serviceNames = ['web', 'api', 'mail', 'tidy'] as const;

const service = fc.record({
	kind: fc.constantFrom('web', 'api', 'worker', 'job', 'cron'),
	image: fc.constantFrom(images.good, images.good, images.better, images.sick),
	level: fc.constantFrom('info', 'debug'),
	isConnected: fc.boolean(),
	isPublic: fc.boolean(),
	hasRelease: fc.boolean(),
	volume: fc.constantFrom('', '', '/data', '{path: /data, exclusive: true}'),
});

type Service = typeof service extends fc.Arbitrary<infer Value> ? Value : never;

const project = fc.record({
	services: fc.dictionary(fc.constantFrom(...serviceNames), service, {minKeys: 1, noNullPrototype: true}),
	hasRules: fc.boolean(),
});

type AnyProject = typeof project extends fc.Arbitrary<infer Value> ? Value : never;

function line(name: string, {kind, image, level, isConnected, isPublic, hasRelease, volume}: Service): string {
	const isIdle = kind === 'job' || kind === 'cron';
	const fields = [
		`kind: ${kind}`,
		`image: "${image}"`,
		`env: {LEVEL: ${level}}`,
		...(kind === 'web' || kind === 'api' ? ['port: 8080', 'readiness: {type: http, path: /ready}'] : []),
		...(kind === 'web' || kind === 'api' ? [`accessMode: ${isPublic ? 'public' : 'authenticated'}`] : []),
		...(isConnected ? ['connections: {db: {env: {DB: url}}}'] : []),
		...(kind === 'cron' ? ['schedule: {interval: daily}'] : []),
		...(hasRelease ? ['release: {command: migrate}'] : []),
		...(volume === '' ? [] : [`volumes: {data: ${isIdle ? '/data' : volume}}`]),
	];
	return `  ${name}: {${fields.join(', ')}}`;
}

const write = ({services}: AnyProject): string =>
	[
		'name: shop',
		'services:',
		...Object.entries(services).map(([name, each]) => line(name, each)),
		'resources:',
		'  db:',
		`    image: "${images.postgres}"`,
		'    generatedVariables: {POSTGRES_PASSWORD: {generator: token}}',
		'    volumes: {data: /var/lib/data}',
		"    outputs: {url: {sensitive: true, value: 'postgres://app:${env.POSTGRES_PASSWORD}@${resource.host}/app'}}",
		'',
	].join('\n');

const routesOf = ({services, hasRules}: AnyProject): string | undefined => {
	const isRouted = (name: string) => services[name]?.kind === 'web' || services[name]?.kind === 'api';
	if (!hasRules || !isRouted('web') || !isRouted('api')) return undefined;
	return 'version: 1\nroutes:\n  - {on: web, path: /api/*, to: api, stripPrefix: /api}\n';
};

/** What users do between two plans. */
type Event =
	| {readonly type: 'apply'; readonly project: AnyProject; readonly request: Partial<PlanRequest>}
	| {readonly type: 'mode'; readonly request: Partial<PlanRequest>}
	| {readonly type: 'set'; readonly key: string; readonly scope: VariableScope; readonly isSensitive: boolean};

const event: fc.Arbitrary<Event> = fc.oneof(
	{
		weight: 3,
		arbitrary: fc.record({
			type: fc.constant('apply' as const),
			project,
			request: fc.constantFrom({}, {}, {isHold: true}, {services: ['web']}),
		}),
	},
	fc.record({
		type: fc.constant('mode' as const),
		request: fc.constantFrom<Partial<PlanRequest>[]>(
			{mode: 'stop'},
			{mode: 'start'},
			{mode: 'restart'},
			{mode: 'promote'},
			{mode: 'rollback'},
			{mode: 'rotate', rotated: 'db'},
		),
	}),
	fc.record({
		type: fc.constant('set' as const),
		key: fc.constantFrom('TOKEN', 'LEVEL', 'REGION'),
		scope: fc.constantFrom<VariableScope[]>({type: 'environment'}, {type: 'service', name: 'web'}),
		isSensitive: fc.boolean(),
	}),
);

async function setVariable(world: MemoryWorld, {key, scope, isSensitive}: Extract<Event, {type: 'set'}>) {
	const current = await world.state();
	if (!current) return;
	const value = `value-${newRevision()}`;
	const recipients = await ownRecipients(current);
	const ciphertext = await encryptValue({lineage: current.lineage, scope, key, value}, recipients);
	const base = {scope, key, source: 'user', revision: newRevision(), updatedAt: new Date().toISOString()} as const;
	await world.changeState(state =>
		withVariable(
			{...state, recipients},
			isSensitive ? {...base, isSensitive, ciphertext} : {...base, isSensitive, value},
		),
	);
}

const isRun = ({services}: AnyProject, name: string): boolean =>
	services[name]?.kind === 'job' || services[name]?.kind === 'cron';

/** What a plan without changes says; it says the same after a rebuild. */
const shown = ({actions, drift, deployments, routes}: Plan) => ({
	actions: actions.map(({address, kind, reasons, changes}) => ({address, kind, reasons, changes})),
	drift,
	deployments,
	routes,
});

/**
 * What a plan with changes does to services, as after a deploy that failed. Nothing on the engine records what a job was,
 * which image was made for a candidate that is gone, or whether a volume that a service does not mount was released.
 */
const done = ({actions, drift}: Plan, all: readonly AnyProject[]) => {
	const wasRun = (address: string) => all.some(each => isRun(each, nameIn(address).split('.')[0]!));
	const isOther = /^(image|volume)\.(?!db)/;
	const wanted = actions.filter(({address}) => !isOther.test(address) && !wasRun(address));
	return {actions: wanted.map(({address, kind}) => ({address, kind})), drift};
};

/** What a plan does to databases and their data. */
const dataOf = ({actions}: Plan) =>
	actions.flatMap(({address, kind}) => (/^(resource|volume)\.db/.test(address) ? [[address, kind]] : []));

async function rebuildAll(world: MemoryWorld, last: AnyProject, folder: string): Promise<void> {
	const settings = await readSettings({COMPARTMENT_CONFIG_HOME: `${folder}/config`});
	const place = {engine: world.engine, router: routerOptions(settings), settings, directory: world.directory};
	const owner = {project: 'shop', environment: 'production'};
	const observed = await world.engine.observe({[labels.project]: 'shop'});
	const {lineage, objects} = chooseLineage(lineagesOf(observed, owner), owner, undefined);
	const project = read(write(last), routesOf(last), {directory: folder});
	const remains = await readRemains({...place, project}, {...owner, lineage}, objects);
	const rebuilt = await rebuildState(place, remains);
	expect({unreadable: rebuilt.unreadable, missing: rebuilt.missing}).toEqual({unreadable: [], missing: []});
	const written = await writeRebuilt(world.directory, await sealState(rebuilt), 0);
	if (rebuilt.access === 'new') await publishAccess(world.directory, place, written);
}

// REBUILD_RUNS=500 looks further, each time at other projects.
const runs = process.env['REBUILD_RUNS'];

it('a state that is rebuilt gives the same plan as the one that was lost', {timeout: 240_000}, async () => {
	await fc.assert(
		fc.asyncProperty(project, fc.array(event, {maxLength: 5}), async (first, events) => {
			const world = await createMemoryWorld();
			try {
				const folder = world.directory.slice(0, world.directory.indexOf('/.compartment'));
				let last = first;
				const run = (request: Partial<PlanRequest>) => world.apply(write(last), request, routesOf(last));
				await run({});
				for (const each of events) {
					if (each.type === 'set') await setVariable(world, each);
					else {
						if (each.type === 'apply') last = each.project;
						// What a command refuses changes nothing.
						await run(each.request).catch(() => undefined);
					}
				}
				await run({}).catch(() => undefined);
				const {plan: before} = await world.plan(write(last), {}, routesOf(last));
				const ran = await world.engine.observe({});
				rmSync(world.directory, {recursive: true});
				ensureDirectory(folder, 'production');
				await rebuildAll(world, last, folder);
				const {plan: after} = await world.plan(write(last), {}, routesOf(last));
				const all = [first, ...events.flatMap(each => (each.type === 'apply' ? [each.project] : []))];
				if (!hasChanges(before)) expect(shown(after)).toEqual(shown(before));
				// Nothing records a variable that no container has yet.
				else if (!events.some(({type}) => type === 'set')) expect(done(after, all)).toEqual(done(before, all));
				else expect(dataOf(after)).toEqual(dataOf(before));
				expect(await world.engine.observe({})).toEqual(ran);
			} finally {
				world.close();
			}
		}),
		runs === undefined ? {numRuns: 25, seed: 1} : {numRuns: Number(runs)},
	);
});
