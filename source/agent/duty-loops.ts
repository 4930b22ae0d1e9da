import type {AgentWorld, Change, Duty, DutyFactory, EnvironmentWorld} from './duty.ts';
import type {AgentEnvironment, EnvironmentsRead} from './environments.ts';
import {type RunningDuty, runDuty} from './run-duty.ts';
import type {StatusKeeper} from './status-keeper.ts';

type Options = {
	readonly world: AgentWorld;
	readonly duties: DutyFactory;
	readonly keeper: StatusKeeper;
	readonly signal: AbortSignal;
};

/** The loops of all duties. */
export type DutyLoops = {
	readonly notice: (change: Change) => void;
	/** Starts the duties of new environments, ends those of environments that are gone, and wakes what was written. */
	readonly onEnvironments: (read: EnvironmentsRead) => void;
	/** Ends after the signal, when everything that has begun is done. */
	readonly ended: () => Promise<void>;
};

type Loops = {readonly running: readonly RunningDuty[]; readonly stop: () => void};

// A new lineage in the same folder is another environment.
const keyOf = ({directory, state}: AgentEnvironment): string => `${directory} ${state.lineage}`;

/** Runs each duty of the agent, and of each environment, in its own loop: none waits for another. */
export function createDutyLoops({world, duties, keeper, signal}: Options): DutyLoops {
	const {clock, report} = world;
	const ending = new Set<Promise<void>>();
	const start = (
		list: readonly Duty[],
		place: {readonly project: string; readonly environment: string} | null,
	): Loops => {
		const own = new AbortController();
		const running = list.map(duty => {
			const where = place ? `${place.project}/${place.environment} ${duty.name}` : duty.name;
			const loop = runDuty(duty, {
				clock,
				signal: AbortSignal.any([signal, own.signal]),
				onNext: next => keeper.onNext({duty: duty.name, ...(place ?? {project: null, environment: null})}, next),
				onError: error => keeper.onProblem(where, error),
			});
			ending.add(loop.ended);
			void loop.ended.then(() => ending.delete(loop.ended));
			return loop;
		});
		return {running, stop: () => own.abort()};
	};

	const worldOf = ({folder, directory, state}: AgentEnvironment): EnvironmentWorld => {
		const {lineage, project, environment} = state;
		return {
			...world,
			folder,
			directory,
			lineage,
			project,
			environment,
			async readState() {
				const all = await world.environments();
				return all.find(each => each.directory === directory && each.state.lineage === lineage)?.state;
			},
			act: action => report({type: 'action', at: clock.now(), project, environment, ...action}),
		};
	};

	const ofAgent = start(duties.ofAgent(world), null);
	const ofEnvironments = new Map<string, Loops>();
	const all = () => [ofAgent, ...ofEnvironments.values()].flatMap(({running}) => running);
	return {
		notice(change) {
			for (const duty of all()) duty.notice(change);
		},
		onEnvironments({environments, problems, written}) {
			const present = new Set(environments.map(keyOf));
			// One that cannot be read now may be again: its duties keep what they know.
			const isUnreadable = (key: string) => problems.some(({where}) => key.startsWith(`${where} `));
			for (const [key, loops] of ofEnvironments) {
				if (present.has(key) || isUnreadable(key)) continue;
				loops.stop();
				ofEnvironments.delete(key);
			}
			for (const environment of environments) {
				const key = keyOf(environment);
				const loops = ofEnvironments.get(key);
				if (!loops) ofEnvironments.set(key, start(duties.ofEnvironment(worldOf(environment)), environment.state));
				else if (written.has(environment.directory))
					for (const duty of loops.running) duty.notice({type: 'state-written'});
			}
			for (const duty of ofAgent.running) duty.notice({type: 'state-written'});
		},
		async ended() {
			await Promise.all(ending);
		},
	};
}
