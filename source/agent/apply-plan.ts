import type {ApplyResult, Emit} from '../apply/events.ts';
import {prepareRun} from '../apply/run-apply.ts';
import type {Session} from '../apply/session.ts';
import {beginReading} from '../refresh/begin-reading.ts';
import type {PlanRequest} from '../refresh/plan-request.ts';
import {type Refreshed, refresh} from '../refresh/refresh.ts';
import type {EnvironmentWorld} from './duty.ts';
import {recordedProject} from './recorded-project.ts';

/** Plans from what is recorded, whatever compartment.yml says. Reads the whole engine, which other environments use too. */
export function planRecorded(world: EnvironmentWorld, session: Session, request: PlanRequest): Promise<Refreshed> {
	const {engine, router, settings, directory} = world;
	const {engine: reads, readProbes, readCertificates} = beginReading(engine, router);
	return refresh(
		{
			...{project: recordedProject(world), settings, router, directory, state: session.state.current()},
			...{engine: reads, readProbes, readCertificates},
		},
		request,
	);
}

type Options = {
	/** Aborts to begin nothing more. */
	readonly signal: AbortSignal;
	readonly emit?: Emit;
};

/** Applies a plan of `planRecorded` in its session. What has begun is finished. */
export async function applyPlan(
	world: EnvironmentWorld,
	session: Session,
	{plan, builds, scene, engineId}: Refreshed,
	{signal, emit = () => undefined}: Options,
): Promise<ApplyResult> {
	const {router, settings, directory} = world;
	const apply = await prepareRun({plan, project: recordedProject(world), router, settings, directory, session});
	return apply({
		builds,
		found: {observed: scene.observed, engineId},
		limitBuilds: task => task(),
		label: undefined,
		emit,
		stopping: signal,
		signal: new AbortController().signal,
	});
}
