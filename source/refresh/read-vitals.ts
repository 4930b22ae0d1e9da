import type {ContainerDetails, Observed, ObservedContainer, ReadonlyEngine} from '../engine/engine.ts';
import {engineNow, readClockOffset} from '../engine/engine-clock.ts';
import {healthOf, settledFacts} from '../model/health.ts';
import type {ContainerFacts, Health} from '../model/health-facts.ts';
import {containerOf, resourceContainer} from '../plan/input.ts';
import type {Vitals} from '../plan/vitals.ts';
import {activeDeployment, heldCandidates} from '../state/deployments.ts';
import type {State} from '../state/state.ts';
import type {ProbeReader} from './read-probes.ts';

/** A container whose health matters, and the readiness timeout of what runs in it. */
type Watched = {readonly container: ObservedContainer; readonly readyWithinMs: number};

/** The containers of active deployments, held candidates and resources. */
function watchedIn(state: State, observed: Observed): Watched[] {
	const active = Object.keys(state.active).flatMap(service => activeDeployment(state, service) ?? []);
	const deployments = [...active, ...Object.values(heldCandidates(state))];
	const watch = (container: ObservedContainer | undefined, readiness: {readonly timeoutMs: number} | undefined) =>
		container ? [{container, readyWithinMs: readiness?.timeoutMs ?? 0}] : [];
	return [
		...deployments.flatMap(({id, readiness}) => watch(containerOf(observed, id), readiness)),
		...Object.values(state.resources).flatMap(({containerName, readiness}) =>
			watch(resourceContainer(observed, containerName), readiness),
		),
	];
}

async function readFacts(engine: ReadonlyEngine, id: string): Promise<ContainerFacts | undefined> {
	const details: ContainerDetails | undefined = await engine.inspectContainer(id);
	if (!details || details.restartCount === 0) return details;
	return {...details, previousRun: await engine.previousRun(id)};
}

/** Health of a container that belongs to no environment, such as the router, without a probe. */
export async function readContainerHealth(engine: ReadonlyEngine, id: string): Promise<Health> {
	const [container, offset] = await Promise.all([readFacts(engine, id), readClockOffset(engine)]);
	return healthOf({
		type: 'runs',
		isStopped: false,
		container,
		probe: undefined,
		wasReady: true,
		readyWithinMs: 0,
		now: engineNow(offset),
	});
}

type Environment = {readonly state: State; readonly observed: Observed};

async function read(
	engine: ReadonlyEngine,
	{state, observed}: Environment,
	readProbes: ProbeReader,
	readContainer: (watched: Watched) => Promise<ContainerFacts | undefined>,
): Promise<Vitals> {
	const watched = watchedIn(state, observed);
	const [facts, probes, offset] = await Promise.all([
		Promise.all(watched.map(readContainer)),
		readProbes(state),
		readClockOffset(engine),
	]);
	return {
		containers: new Map(
			watched.flatMap(({container}, index) => (facts[index] ? [[container.id, facts[index]] as const] : [])),
		),
		probes,
		readAt: engineNow(offset),
		clockOffsetMs: offset,
	};
}

/** Reads what health is derived from, in parallel: restarts and exits of containers, and probes. */
export const readVitals = (
	engine: ReadonlyEngine,
	environment: Environment,
	readProbes: ProbeReader,
): Promise<Vitals> => read(engine, environment, readProbes, ({container}) => readFacts(engine, container.id));

/**
 * Like `readVitals`, but without the restarts and last exits of containers that have been up for so long that no plan
 * depends on them. That saves a plan one request for each.
 */
export const readPlanVitals = (
	engine: ReadonlyEngine,
	environment: Environment,
	readProbes: ProbeReader,
): Promise<Vitals> =>
	read(
		engine,
		environment,
		readProbes,
		async ({container, readyWithinMs}) => settledFacts(container, readyWithinMs) ?? readFacts(engine, container.id),
	);
