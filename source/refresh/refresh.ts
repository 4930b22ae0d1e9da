import {SourceError} from '../build/paths.ts';
import type {PlannedBuild} from '../build/plan-build.ts';
import type {Project} from '../descriptor/project.ts';
import type {Observed, ReadonlyEngine} from '../engine/engine.ts';
import {rememberReads} from '../engine/remember-reads.ts';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {networkAddress} from '../model/address.ts';
import {describeDesired} from '../model/desired.ts';
import {hostsIn, labels} from '../model/labels.ts';
import {environmentNetworkName, meshNetworkName, routerNetworkName} from '../model/names.ts';
import {genuine, ownObjects} from '../model/own.ts';
import type {Desired} from '../model/specs.ts';
import {nearest} from '../nearest.ts';
import {createPlan} from '../plan/create-plan.ts';
import type {Scene} from '../plan/health.ts';
import type {TakenHost} from '../plan/input.ts';
import {refuseOlder} from '../plan/older.ts';
import type {Plan} from '../plan/plan.ts';
import {rotatedKeys} from '../plan/rotation.ts';
import {unkeptSchedules} from '../plan/schedules.ts';
import {noVitals} from '../plan/vitals.ts';
import {findPortOwner} from '../router/port-owner.ts';
import {
	type ObservedRouter,
	type OutdatedPart,
	observeRouter,
	outdatedParts,
	ownPrefix,
	type RouterOptions,
} from '../router/router.ts';
import type {Settings} from '../settings.ts';
import {assertOwnEngine} from '../state/own-engine.ts';
import type {State} from '../state/state.ts';
import {chooseRollback} from './choose-rollback.ts';
import {findPromotedImage, findServiceImage} from './find-images.ts';
import {lostState, strangersOf} from './lost-state.ts';
import type {PlanRequest} from './plan-request.ts';
import type {ProbeReader} from './read-probes.ts';
import {readVitals} from './read-vitals.ts';
import {isRouterShared} from './shared-router.ts';

/** What planning reads from. Nothing here can write to the engine. */
export type PlanWorld = {
	readonly project: Project;
	readonly settings: Settings;
	readonly engine: ReadonlyEngine;
	readonly router: RouterOptions;
	/** Reads the environment's probes. */
	readonly readProbes: ProbeReader;
	readonly state: State;
	/** The state folder of the environment. */
	readonly directory: string;
};

/** A plan with the builds that it would run and the scene from which health was derived. */
export type Refreshed = {
	readonly plan: Plan;
	readonly builds: ReadonlyMap<string, PlannedBuild>;
	readonly scene: Scene;
};

type Split = {
	readonly own: Observed;
	/** Objects with this environment's labels but another lineage. */
	readonly strangers: Observed;
	readonly others: Observed;
};

// One read of all our objects: those of other environments show which hosts are taken.
// Containers that inherited their labels from an image do not count: they take no host and block no environment.
function splitObserved(everything: Observed, state: State): Split {
	const observed = genuine(everything);
	type Item = {readonly labels: Readonly<Record<string, string>>};
	const isHere = ({labels: found}: Item) =>
		found[labels.project] === state.project && found[labels.environment] === state.environment;
	const pick = (isWanted: (item: Item) => boolean): Observed => ({
		containers: observed.containers.filter(isWanted),
		networks: observed.networks.filter(isWanted),
		volumes: observed.volumes.filter(isWanted),
	});
	return {
		own: ownObjects(observed, state),
		strangers: strangersOf(observed, state),
		others: pick(item => !isHere(item)),
	};
}

function refuseOtherLineage(strangers: Observed, state: State): void {
	const error = lostState(strangers, state, state.serial > 0);
	if (error) throw error;
}

function takenHosts(others: Observed): TakenHost[] {
	return others.containers
		.filter(({state}) => state === 'running')
		.flatMap(({labels: found}) =>
			hostsIn(found).map(host => ({
				host,
				project: found[labels.project] ?? '?',
				environment: found[labels.environment] ?? '?',
			})),
		);
}

/** Objects with one of our names but not our label: they block the plan, because they are never touched. */
async function findForeign(engine: ReadonlyEngine, own: Observed, desired: Desired): Promise<Record<string, string>> {
	const {project, environment} = desired;
	const wanted: {kind: 'container' | 'network' | 'volume'; address: string; name: string}[] = [
		{kind: 'network', address: networkAddress, name: environmentNetworkName(project, environment)},
		{kind: 'network', address: networkAddress, name: meshNetworkName(project, environment)},
		...desired.volumes.map(({address, name}) => ({kind: 'volume' as const, address, name})),
		...desired.resources.map(({address, containerName}) => ({
			kind: 'container' as const,
			address,
			name: containerName,
		})),
	];
	const ours = new Set([...own.containers, ...own.networks, ...own.volumes].map(({name}) => name));
	const unknown = wanted.filter(({name}) => !ours.has(name));
	const found = await Promise.all(unknown.map(({kind, name}) => engine.findByName(kind, name)));
	return Object.fromEntries(unknown.flatMap(({address, name}, index) => (found[index] ? [[address, name]] : [])));
}

type RouterFindings = {readonly outdated: readonly OutdatedPart[]; readonly portOwner: string | null};

async function examineRouter(world: PlanWorld, engine: ReadonlyEngine, view: ObservedRouter): Promise<RouterFindings> {
	const outdated = view.state === 'foreign' ? [] : await outdatedParts(engine, world.router, view);
	const takesPort = view.state !== 'running' || outdated.some(({name}) => name === 'listen');
	const owner = takesPort ? await findPortOwner(world.engine, world.router) : undefined;
	return {outdated, portOwner: owner === undefined || owner === `container ${world.router.name}` ? null : owner};
}

/** Subnets of the engine; not read when every network exists. */
async function readUsedSubnets(
	{state, router}: PlanWorld,
	engine: ReadonlyEngine,
	{networks}: Observed,
	routerView: ObservedRouter,
): Promise<readonly string[]> {
	const {project, environment} = state;
	const wanted = [environmentNetworkName(project, environment), meshNetworkName(project, environment)];
	const hasOwn = wanted.every(name => networks.some(network => network.name === name));
	const hasRouters = routerView.networks?.includes(routerNetworkName(router.name)) === true;
	return hasOwn && hasRouters ? [] : engine.listSubnets();
}

async function findResourceImages(engine: ReadonlyEngine, desired: Desired): Promise<Record<string, string>> {
	const references = [...new Set(desired.resources.map(({spec}) => spec.image))];
	const images = await Promise.all(references.map(reference => engine.findImage(reference)));
	return Object.fromEntries(
		references.flatMap((reference, index) => (images[index] ? [[reference, images[index].id]] : [])),
	);
}

async function findAvailable(engine: ReadonlyEngine, ids: readonly string[]): Promise<ReadonlySet<string>> {
	const images = await Promise.all(ids.map(id => engine.findImage(id)));
	return new Set(images.flatMap(image => image?.id ?? []));
}

function assertServices(project: Project, services: readonly string[] | null): void {
	for (const name of services ?? []) {
		if (project.services.some(service => service.name === name)) continue;
		const known = project.services.map(service => service.name).join(', ');
		throw new UserError(`The requested service was not found in the compartment descriptor: ${name}`, {
			hint: `compartment.yml declares ${known}`,
		});
	}
}

/** Refuses to restart an unknown name. */
function assertThere(state: State, names: readonly string[] | null): void {
	const known = [...Object.keys(state.active), ...Object.keys(state.resources)];
	const strange = names?.find(name => !known.includes(name));
	if (strange === undefined) return;
	const meant = nearest(strange, known);
	throw new UserError(
		`${strange} is neither a service nor a resource of environment ${state.environment}${meant === undefined ? '' : `, did you mean ${meant}?`}`,
		{hint: `Known names: ${known.join(', ') || 'none'}`},
	);
}

/** Refuses an unknown address: a typo must not pass silently. */
function assertReplaceable({services, resources}: Desired, replace: readonly string[]): void {
	const known = [...services, ...resources].map(({address}) => address);
	const strange = replace.find(address => !known.includes(address));
	if (strange === undefined) return;
	const meant = nearest(strange, known);
	throw new UserError(`--replace ${strange}: compartment.yml declares nothing with this address`, {
		hint: meant ? `--replace ${meant}` : `it declares ${known.join(', ')}`,
	});
}

/** Refuses resources whose password Compartment cannot change. */
function assertRotatable({resources}: Desired, name: string): void {
	const resource = resources.find(candidate => candidate.name === name);
	const names = resources.map(candidate => candidate.name).join(', ') || 'none';
	if (!resource)
		throw new UserError(`The requested resource was not found: ${name}`, {hint: `compartment.yml declares ${names}`});
	if (rotatedKeys(resource).length > 0) return;
	throw new UserError(`Resource ${name} has no password that can be rotated: it is not PostgreSQL, MySQL or MariaDB.`, {
		hint: hint`set a new value, which takes effect with the next apply: ${command('variable set', 'KEY', '--sensitive', '--stdin', '--resource', name)}`,
	});
}

/** Refuses an unknown service: a typo must not look like a candidate that is already active. */
function assertDeployed({deployments}: State, services: readonly string[] | null): void {
	const known = new Set(Object.values(deployments).map(({service}) => service));
	const missing = services?.find(name => !known.has(name));
	if (missing === undefined) return;
	throw new UserError(`The requested service was not found: ${missing}`, {
		hint: `Services with deployments: ${[...known].join(', ') || 'none'}`,
	});
}

/**
 * Reports every source that cannot be built, with its line, as `validate` does. Runs only after the first such error,
 * because it is slow.
 */
async function nameSourceProblems(error: unknown, {directory}: Project): Promise<never> {
	if (error instanceof SourceError) {
		const [{examineProject}, {findSourceProblems}] = await Promise.all([
			import('../descriptor/load.ts'),
			import('../build/source-problems.ts'),
		]);
		await examineProject(directory, findSourceProblems);
	}
	throw error;
}

/** Reads the engine, the sources and the state, and makes a plan. Changes nothing. */
export async function refresh(world: PlanWorld, request: PlanRequest): Promise<Refreshed> {
	const {project, settings, router, state, directory} = world;
	const engine = rememberReads(world.engine);
	if (request.mode === 'apply') assertServices(project, request.services);
	if (request.mode === 'restart') assertThere(state, request.services);
	if (request.mode === 'promote' || request.mode === 'discard') assertDeployed(state, request.services);
	const desired = describeDesired({
		project,
		environment: state.environment,
		variables: state.variables,
		bindings: state.bindings,
		baseDomain: settings.baseDomain,
	});
	assertReplaceable(desired, request.replace);
	if (request.rotated !== undefined) assertRotatable(desired, request.rotated);
	const [info, everything, routerView] = await Promise.all([
		engine.info(),
		engine.observe({[labels.lineage]: ''}),
		observeRouter(engine, router),
	]);
	assertOwnEngine(state, info);
	const {own, strangers, others} = splitObserved(everything, state);
	refuseOtherLineage(strangers, state);
	refuseOlder(own, state);
	const isApply = request.mode === 'apply';
	const {promotion} = request;
	const services = promotion ? Object.keys(promotion.deployments) : request.services;
	const wanted = isApply ? desired.services.filter(({name}) => services === null || services.includes(name)) : [];
	const rollback = request.mode === 'rollback' ? chooseRollback(state, request) : {};
	const question = {project, state, engine, directory, rebuild: request.rebuild};
	const needsRouter = request.mode !== 'destroy' && request.mode !== 'refresh-only';
	const [vitals, images, resourceImages, foreign, routerFindings, used, availableImages] = await Promise.all([
		request.mode === 'destroy' ? noVitals : readVitals(engine, {state, observed: own}, world.readProbes),
		Promise.all(
			wanted.map(service =>
				promotion ? findPromotedImage(question, service, promotion) : findServiceImage(question, service),
			),
		).catch(error => nameSourceProblems(error, project)),
		isApply ? findResourceImages(engine, desired) : {},
		isApply ? findForeign(engine, own, desired) : {},
		needsRouter ? examineRouter(world, engine, routerView) : {outdated: [], portOwner: null},
		needsRouter ? readUsedSubnets(world, engine, own, routerView) : [],
		findAvailable(
			engine,
			Object.values(rollback).map(id => state.deployments[id]!.imageId),
		),
	]);
	const {mode, rebuild, replace, deleteData, isHold, release, rotated} = request;
	const unkept = isApply ? unkeptSchedules(project, state, Date.now()) : [];
	const plan = createPlan({
		mode,
		rebuild,
		replace,
		deleteData,
		isHold,
		rotated,
		release,
		services,
		rollback,
		availableImages,
		deploymentType: promotion ? 'promote' : 'deploy',
		desired,
		state,
		observed: own,
		vitals,
		images: images.map(({finding}) => finding),
		resourceImages,
		router: routerView.state,
		routerName: router.name,
		pool: {cidr: settings.networkPool, prefix: settings.networkPrefix, routerPrefix: ownPrefix, used},
		routerOutdated: routerFindings.outdated,
		routerPortOwner: routerFindings.portOwner,
		takenHosts: takenHosts(others),
		foreign,
		isRouterShared: isRouterShared(others, routerView),
		descriptorHash: project.hash,
		warnings: [...project.warnings, ...unkept, ...(request.warnings ?? [])],
		now: new Date().toISOString(),
	});
	const builds = images.flatMap(({finding, build}) => (build ? [[finding.planned.service, build] as const] : []));
	return {plan, builds: new Map(builds), scene: {state, observed: own, vitals}};
}
