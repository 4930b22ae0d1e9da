import {assertReadable} from '../../apply/assert-readable.ts';
import type {ApplyEvent} from '../../apply/events.ts';
import {runApply} from '../../apply/run-apply.ts';
import {createSecretReader} from '../../apply/secret-reader.ts';
import type {Session} from '../../apply/session.ts';
import type {Plan} from '../../plan/plan.ts';
import {beginReading} from '../../refresh/begin-reading.ts';
import {plainRequest} from '../../refresh/plan-request.ts';
import {refresh} from '../../refresh/refresh.ts';
import {appendAudit} from '../../state/audit.ts';
import {openRunLog} from '../../state/run-log.ts';
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
	const {state, journal, run, engine} = session;
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
		const secrets = createSecretReader(state.current);
		await assertReadable(plan, state.current(), secrets);
		const log = openRunLog(directory, run);
		const {done, failed, outcome} = await runApply(
			{
				plan,
				project,
				engine,
				router,
				settings,
				directory,
				state,
				journal,
				secrets,
				found: {observed: scene.observed, engineId},
				builds,
				limitBuilds: task => task(),
				run,
				label: undefined,
				emit(event) {
					if (event.type !== 'log') events.push(event);
					log.write(event);
				},
				stopping: signal,
				signal: new AbortController().signal,
			},
			{parallelism: 10},
		);
		await log.close();
		appendAudit(directory, {
			type: 'environment.healed',
			status: outcome === 'done' ? 'succeeded' : 'failed',
			target: group.map(({address}) => address).join(', '),
			details: {run, done, failed},
		});
	}
	for (const ailment of group) onOutcome(ailment, outcomeOf(plan, events, ailment));
}
