import type {ContainerDetails, Observed, ReadonlyEngine} from '../engine/engine.ts';
import {EngineError} from '../errors.ts';
import {healthOf} from '../model/health.ts';
import type {ContainerFacts, Health} from '../model/health-facts.ts';
import {containerOf, resourceContainer} from '../plan/input.ts';
import type {Vitals} from '../plan/vitals.ts';
import {activeDeployment, heldCandidates} from '../state/deployments.ts';
import type {State} from '../state/state.ts';
import type {ProbeReader} from './read-probes.ts';

/** Containers whose health matters: of active deployments, held candidates and resources. */
function containersIn(state: State, observed: Observed): string[] {
	const active = Object.keys(state.active).flatMap(service => activeDeployment(state, service) ?? []);
	const deployments = [...active, ...Object.values(heldCandidates(state))];
	const found = [
		...deployments.map(({id}) => containerOf(observed, id)),
		...Object.values(state.resources).map(({containerName}) => resourceContainer(observed, containerName)),
	];
	return [...new Set(found.flatMap(container => container?.id ?? []))];
}

async function readFacts(engine: ReadonlyEngine, id: string): Promise<ContainerFacts | undefined> {
	const details: ContainerDetails | undefined = await engine.inspectContainer(id);
	if (!details || details.restartCount === 0) return details;
	return {...details, previousRun: await engine.previousRun(id)};
}

/** Most commands read it anyway. If the engine does not report its time, its clock is assumed to be ours. */
async function readOffset(engine: ReadonlyEngine): Promise<number> {
	try {
		return (await engine.info()).clockOffsetMs;
	} catch (error) {
		if (error instanceof EngineError) return 0;
		throw error;
	}
}

/** Health of a container that belongs to no environment, such as the router, without a probe. */
export async function readContainerHealth(engine: ReadonlyEngine, id: string): Promise<Health> {
	const [container, offset] = await Promise.all([readFacts(engine, id), readOffset(engine)]);
	return healthOf({
		type: 'runs',
		isStopped: false,
		container,
		probe: undefined,
		wasReady: true,
		readyWithinMs: 0,
		now: Date.now() + offset,
	});
}

/** Reads what health is derived from, in parallel: restarts and exits of containers, and probes. */
export async function readVitals(
	engine: ReadonlyEngine,
	{state, observed}: {readonly state: State; readonly observed: Observed},
	readProbes: ProbeReader,
): Promise<Vitals> {
	const ids = containersIn(state, observed);
	const [facts, probes, offset] = await Promise.all([
		Promise.all(ids.map(id => readFacts(engine, id))),
		readProbes(state),
		readOffset(engine),
	]);
	return {
		containers: new Map(ids.flatMap((id, index) => (facts[index] ? [[id, facts[index]] as const] : []))),
		probes,
		readAt: Date.now() + offset,
	};
}
