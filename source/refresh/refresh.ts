import {setImmediate as nextTurn} from 'node:timers/promises';
import {SourceError} from '../build/paths.ts';
import type {PlannedBuild} from '../build/plan-build.ts';
import {examineProject} from '../descriptor/load.ts';
import type {Project} from '../descriptor/project.ts';
import type {Observed} from '../engine/engine.ts';
import {observeEverything, pickOwn, type WholeEngine} from '../engine/own-engine.ts';
import {rememberReads} from '../engine/remember-reads.ts';
import {findRenamed} from '../engine/renamed.ts';
import {describeDesired} from '../model/desired.ts';
import type {DesiredService} from '../model/specs.ts';
import {createPlan} from '../plan/create-plan.ts';
import type {Scene} from '../plan/health.ts';
import {refuseOlder} from '../plan/older.ts';
import type {Plan} from '../plan/plan.ts';
import {recordedDesired} from '../plan/recorded.ts';
import {usesRouter} from '../plan/router-use.ts';
import {unkeptSchedules} from '../plan/schedules.ts';
import {noVitals} from '../plan/vitals.ts';
import {keepsStates, observeRouter, optionsFor, ownPrefix, type RouterOptions} from '../router/router.ts';
import {acmeServerOf} from '../settings/acme.ts';
import type {Settings} from '../settings/settings.ts';
import {assertOwnEngine} from '../state/own-engine.ts';
import type {State} from '../state/state.ts';
import type {CertificateReader} from './begin-reading.ts';
import {checkLifetime, checkNames, checkObjects} from './check-request.ts';
import {chooseRollback} from './choose-rollback.ts';
import {chosenServices, findAdopted, findDeserted, findVolumeUsers, type Taken, withTaken} from './find-adopted.ts';
import {findPromotedImage, findServiceImage} from './find-images.ts';
import {lostState} from './lost-state.ts';
import type {PlanRequest} from './plan-request.ts';
import {
	examineRouter,
	findAvailable,
	findForeign,
	findResourceImages,
	readUsedSubnets,
	splitObserved,
	takenHosts,
} from './read-engine.ts';
import type {ProbeReader} from './read-probes.ts';
import {readPlanVitals} from './read-vitals.ts';
import {isRouterShared} from './shared-router.ts';

/** What planning reads from. Nothing here can write to the engine. */
export type PlanWorld = {
	readonly project: Project;
	readonly settings: Settings;
	readonly engine: WholeEngine;
	readonly router: RouterOptions;
	/** Reads the environment's probes. */
	readonly readProbes: ProbeReader;
	/** Without it, the router has what the state says. */
	readonly readCertificates?: CertificateReader;
	readonly state: State;
	/** The state folder of the environment. */
	readonly directory: string;
	/** Whether an agent runs the schedules of the project on this engine; none by default. */
	readonly isAttended?: (engineId: string) => Promise<boolean>;
};

/** A plan with the builds that it would run and the scene from which health was derived. */
export type Refreshed = {
	readonly plan: Plan;
	readonly builds: ReadonlyMap<string, PlannedBuild>;
	readonly scene: Scene;
	/** The id of the engine that was read. */
	readonly engineId: string;
	/** Warnings of schedules that nothing keeps; none if an agent does. */
	readonly unkeptSchedules: readonly string[];
};

function refuseOtherLineage(strangers: Observed, state: State, router: string): void {
	const error = lostState(strangers, state, {hasState: state.serial > 0, router});
	if (error) throw error;
}

/**
 * Reports every source that cannot be built, with its line, as `validate` does. Runs only after the first such error,
 * because it is slow.
 */
async function nameSourceProblems(error: unknown, {directory}: Project): Promise<never> {
	if (error instanceof SourceError) {
		const {findSourceProblems} = await import('../build/source-problems.ts');
		await examineProject(directory, findSourceProblems);
	}
	throw error;
}

/** Reads the engine, the sources and the state, and makes a plan. Changes nothing. */
export async function refresh(world: PlanWorld, request: PlanRequest): Promise<Refreshed> {
	const {project, settings, state, directory} = world;
	const router = optionsFor(world.router, state);
	const engine = rememberReads(world.engine);
	checkNames(project, state, request);
	checkLifetime(state, request);
	const isHealing = request.mode === 'heal';
	const describe = ({values = [], volumes = {}}: Partial<Taken> = {}) =>
		describeDesired({
			project,
			environment: state.environment,
			variables: [...state.variables, ...values],
			bindings: state.bindings,
			baseDomain: settings.baseDomain,
			volumes: {...state.volumes, ...volumes},
		});
	const adopted = request.adopt ? await findAdopted(engine, world, request.adopt) : [];
	const desired = isHealing ? recordedDesired(state) : withTaken(describe, adopted, state);
	checkObjects(desired, request);
	// First, because an exec in the router takes longer than all other reads together.
	const probes = request.mode === 'destroy' || isHealing ? undefined : world.readProbes(state);
	const reads = Promise.all([engine.info(), observeEverything(engine), observeRouter(engine, router)]);
	const isApply = request.mode === 'apply';
	const {promotion} = request;
	const services = promotion ? Object.keys(promotion.deployments) : chosenServices(request, adopted);
	const wanted = isApply ? desired.services.filter(({name}) => services === null || services.includes(name)) : [];
	const question = {project, state, engine, directory, rebuild: request.rebuild};
	const findImages = async () => {
		// Reading a source blocks, so the requests go out first.
		if (wanted.length > 0) await nextTurn();
		const find = (service: DesiredService) =>
			promotion ? findPromotedImage(question, service, promotion) : findServiceImage(question, service);
		return Promise.all(wanted.map(find)).catch(error => nameSourceProblems(error, project));
	};
	// While the engine answers.
	const found = findImages();
	void Promise.allSettled([probes, found]);
	const [info, everything, routerView] = await reads;
	assertOwnEngine(state, info, settings);
	const {strangers, others} = splitObserved(everything, state);
	const renamed = findRenamed(state, everything);
	const own = await pickOwn(engine, everything, state);
	refuseOtherLineage(strangers, state, router.name);
	refuseOlder(own, state);
	const rollback = request.mode === 'rollback' ? chooseRollback(state, request) : {};
	const needsNetworks = request.mode !== 'destroy' && request.mode !== 'refresh-only';
	const needsRouter = usesRouter({mode: request.mode, state, desired, services, rollback});
	// Nearly no environment has certificates, most plans change none, and an exec is slow.
	const changesCertificates = isApply ? needsRouter : request.mode === 'destroy';
	const hasCertificates = changesCertificates && state.certificates !== undefined && routerView.state === 'running';
	const [
		vitals,
		images,
		resourceImages,
		foreign,
		routerFindings,
		used,
		availableImages,
		servedCertificates,
		hasStates,
		volumeUsers,
		deserted,
	] = await Promise.all([
		probes ? readPlanVitals(engine, {state, observed: own}, () => probes) : noVitals,
		found,
		isApply ? findResourceImages(engine, desired) : {ids: {}, warnings: []},
		isApply ? findForeign(engine, own, desired, state) : {},
		needsRouter ? examineRouter({...world, router}, engine, routerView) : {outdated: [], takenPort: null},
		needsNetworks
			? readUsedSubnets(world, engine, own, needsRouter ? routerView : undefined, {...request, desired})
			: [],
		findAvailable(
			engine,
			Object.values(rollback).map(id => state.deployments[id]!.imageId),
		),
		hasCertificates ? (world.readCertificates?.(state, request.mode === 'destroy') ?? null) : null,
		request.mode === 'destroy' && keepsStates(engine, routerView),
		findVolumeUsers(engine, desired, own),
		findDeserted(engine, state, own),
	]);
	const {mode, rebuild, replace, deleteData, deleteExternal, isHold, lifetime, release, rotated, renewed, healing} =
		request;
	const isAttended = async () => (await world.isAttended?.(info.id)) ?? false;
	const unasked = [
		...images.flatMap(({warning}) => (warning === undefined ? [] : [warning])),
		...resourceImages.warnings,
	];
	const unkept = isApply ? await unkeptSchedules(project, state, {isAttended, now: Date.now()}) : [];
	const plan = createPlan({
		mode,
		rebuild,
		replace,
		deleteData,
		deleteExternal,
		isHold,
		lifetime,
		rotated,
		healing,
		release,
		services,
		rollback,
		availableImages,
		deploymentType: promotion ? 'promote' : 'deploy',
		desired,
		state,
		observed: own,
		renamed,
		vitals,
		images: images.map(({finding}) => finding),
		resourceImages: resourceImages.ids,
		router: routerView.state,
		routerName: router.name,
		pool: {cidr: settings.networkPool, prefix: settings.networkPrefix, routerPrefix: ownPrefix, used},
		routerOutdated: routerFindings.outdated,
		routerTakenPort: routerFindings.takenPort,
		takenHosts: takenHosts(others),
		servedCertificates,
		acmeServer: acmeServerOf(settings),
		baseDomain: settings.baseDomain,
		renewed,
		hstsSeconds: settings.hstsSeconds,
		foreign,
		adopted,
		isInPlace: request.adopt?.isInPlace ?? false,
		volumeUsers,
		deserted,
		isRouterShared: isRouterShared(others, routerView) || hasStates,
		descriptorHash: project.hash,
		warnings: [...project.warnings, ...unasked, ...unkept, ...(request.warnings ?? [])],
		now: new Date().toISOString(),
	});
	const builds = images.flatMap(({finding, build}) => (build ? [[finding.planned.service, build] as const] : []));
	return {
		plan,
		builds: new Map(builds),
		scene: {state, observed: own, vitals},
		engineId: info.id,
		unkeptSchedules: unkept,
	};
}
