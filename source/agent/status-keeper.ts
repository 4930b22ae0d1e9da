import {messageOf} from '../errors.ts';
import type {Clock} from './clock.ts';
import type {Upcoming} from './duty.ts';
import type {KnownDisk} from './engine-disk.ts';
import type {EnvironmentsRead} from './environments.ts';
import type {AgentEvent, Report} from './events.ts';
import {type AgentStatus, readStatus, type UpcomingOwner, writeStatus} from './status.ts';

/** How many actions the status names. */
const keptActions = 50;

type KeeperOptions = Pick<AgentStatus, 'owner' | 'engine'> & {
	readonly directory: string;
	readonly clock: Clock;
	readonly report: Report;
};

/** Keeps the status file of an agent up to date, and passes on what happens. */
export type StatusKeeper = {
	readonly report: Report;
	readonly onEnvironments: (read: EnvironmentsRead) => void;
	/** What comes next for a duty. */
	readonly onNext: (owner: UpcomingOwner, next: readonly Upcoming[]) => void;
	/** Something went wrong that the agent goes on with later. */
	readonly onProblem: (where: string, error: unknown) => void;
	/** How full the engine's disk is. */
	readonly onDisk: (disk: Omit<KnownDisk, 'at'>) => void;
	readonly onLost: (message: string) => void;
	readonly onFound: () => void;
};

/** The actions of the agent that ran before are kept. */
export function createStatusKeeper({directory, clock, owner, engine, report: passOn}: KeeperOptions): StatusKeeper {
	let status: AgentStatus = {
		version: 1,
		owner,
		engine,
		since: clock.now(),
		lostSince: null,
		environments: [],
		problems: [],
		actions: readStatus(directory)?.actions ?? [],
		next: [],
	};
	let written = '';
	const change = (patch: Partial<AgentStatus>) => {
		status = {...status, ...patch};
		const text = JSON.stringify(status);
		if (text === written) return;
		try {
			writeStatus(directory, status);
			written = text;
		} catch {
			// A full disk must not stop the agent. The next change writes it.
		}
	};
	const upcoming = new Map<string, AgentStatus['next']>();
	const report = (event: AgentEvent) => {
		passOn(event);
		if (event.type === 'started') change({since: event.at});
		if (event.type === 'stopped') change({stoppedAt: event.at});
		if (event.type !== 'action') return;
		const {type: _type, news: _news, ...action} = event;
		change({actions: [...status.actions, action].slice(-keptActions)});
	};
	return {
		report,
		onEnvironments({environments, problems}) {
			const known = new Set(status.problems.map(({where, message}) => `${where} ${message}`));
			for (const {where, message} of problems)
				if (!known.has(`${where} ${message}`)) report({type: 'problem', at: clock.now(), where, message});
			const names = environments.map(({folder, state: {project, environment}}) => ({project, environment, folder}));
			change({environments: names, problems});
		},
		onNext(owner, next) {
			const shown = next.filter(({what}) => what !== null).map(each => ({...each, ...owner}));
			upcoming.set(JSON.stringify(owner), shown);
			change({next: [...upcoming.values()].flat().sort((a, b) => a.at - b.at)});
		},
		onDisk: disk => change({disk: {...disk, at: clock.now()}}),
		onProblem: (where, error) => report({type: 'problem', at: clock.now(), where, message: messageOf(error)}),
		onLost(message) {
			if (status.lostSince !== null) return;
			report({type: 'engine-lost', at: clock.now(), message});
			change({lostSince: clock.now()});
		},
		onFound() {
			if (status.lostSince === null) return;
			report({type: 'engine-found', at: clock.now()});
			change({lostSince: null});
		},
	};
}
