import type {ApplyEvent} from '../../apply/events.ts';
import {prepareRun} from '../../apply/run-apply.ts';
import type {Session} from '../../apply/session.ts';
import type {Plan} from '../../plan/plan.ts';
import {beginReading} from '../../refresh/begin-reading.ts';
import {plainRequest} from '../../refresh/plan-request.ts';
import {refresh} from '../../refresh/refresh.ts';
import {appendAudit} from '../../state/audit.ts';
import type {CrashLoop} from '../../state/state.ts';
import type {EnvironmentWorld} from '../duty.ts';
import {recordedProject} from '../recorded-project.ts';
import type {Ailment} from './ailments.ts';

/** What came of an ailment. `unready`: its container was started, and did not become ready. `error`: nothing was started. */
export type Outcome = {
	readonly type: 'healed' | 'unready' | 'error' | 'given-up';
	/** Foreign text, masked. */
	readonly message: string;
	/** Only with `given-up`. */
	readonly crashLoop?: CrashLoop;
};

/** What came of the action at an address. */
function outcomeOf(plan: Plan, events: readonly ApplyEvent[], {address, reason}: Ailment): Outcome {
	const blocked = plan.actions.find(action => action.address === address && action.kind === 'blocked');
	if (blocked) return {type: 'error', message: blocked.reasons[0]!};
	const own = events.filter(event => 'address' in event && event.address === address);
	const failed = own.find(event => event.type === 'step-failed');
	if (failed) return {type: failed.failure ? 'unready' : 'error', message: failed.message};
	if (own.some(({type}) => type === 'step-done')) return {type: 'healed', message: reason};
	const skipped = own.find(event => event.type === 'step-skipped');
	return {type: 'error', message: skipped?.reason ?? 'it was not reached'};
}

/**
 * Whether somebody removes the container of an ailment, or has. `docker rm -f` kills it first, so it was found ended, and is gone
 * when it is started: nothing was tried then, and the next look finds it missing.
 */
async function isBeingRemoved({engine}: EnvironmentWorld, {containerId}: Ailment): Promise<boolean> {
	if (containerId === undefined) return false;
	try {
		const container = await engine.inspectContainer(containerId);
		return container === undefined || container.state === 'removing';
	} catch {
		return false;
	}
}

type Options = {
	readonly world: EnvironmentWorld;
	readonly session: Session;
	readonly group: readonly Ailment[];
	readonly signal: AbortSignal;
	readonly onOutcome: (ailment: Ailment, outcome: Outcome) => void;
};

/** Plans what puts a group of ailments right, from what is recorded, and applies it. */
export async function applyHealing({world, session, group, signal, onOutcome}: Options): Promise<void> {
	const {router, settings, directory} = world;
	const project = recordedProject(world);
	const {state, run} = session;
	const reads = beginReading(world.engine, router);
	const healing = Object.fromEntries(
		group.flatMap(({address, remedy, reason}) =>
			remedy === 'none' || remedy === 'forget' ? [] : [[address, {remedy, reason}] as const],
		),
	);
	const {plan, builds, scene, engineId} = await refresh(
		{
			project,
			settings,
			router,
			directory,
			state: state.current(),
			engine: reads.engine,
			readProbes: reads.readProbes,
		},
		{...plainRequest, mode: 'heal', healing},
	);
	const events: ApplyEvent[] = [];
	if (!plan.actions.some(({kind}) => kind === 'blocked')) {
		const apply = await prepareRun({plan, project, router, settings, directory, session});
		const {done, failed, outcome} = await apply({
			builds,
			found: {observed: scene.observed, engineId},
			limitBuilds: task => task(),
			label: undefined,
			emit(event) {
				if (event.type !== 'log') events.push(event);
			},
			stopping: signal,
			signal: new AbortController().signal,
		});
		appendAudit(directory, {
			type: 'environment.healed',
			status: outcome === 'done' ? 'succeeded' : 'failed',
			target: group.map(({address}) => address).join(', '),
			details: {run, done, failed},
		});
	}
	for (const ailment of group) {
		const outcome = outcomeOf(plan, events, ailment);
		if (outcome.type === 'healed' || !(await isBeingRemoved(world, ailment))) onOutcome(ailment, outcome);
	}
}
