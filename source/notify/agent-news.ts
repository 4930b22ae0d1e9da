import type {AgentEvent} from '../agent/events.ts';
import {messageOf} from '../errors.ts';
import {readSettings} from '../settings/settings.ts';
import type {Occurrence} from './notification.ts';
import {notify} from './notify.ts';

/** What to notify of an event of the agent; undefined for most. Pure. */
function agentOccurrence(event: AgentEvent): Occurrence | undefined {
	if (event.type === 'disk-low') {
		const {at, message} = event;
		return {event: 'disk-low', at, project: null, environment: null, address: null, message};
	}
	if (event.type !== 'action' || !event.news) return undefined;
	const {at, project, environment, address, message, news} = event;
	return {...news, at, project, environment, address, message};
}

/** Notifies of what an agent does. */
export type AgentNews = {
	readonly onEvent: (event: AgentEvent) => void;
	/** Ends when everything that was reported is in the queue. */
	readonly settled: () => Promise<void>;
};

type Options = {
	/** Called when a notification cannot be queued. */
	readonly onProblem: (message: string) => void;
	readonly env?: NodeJS.ProcessEnv;
};

/** Queues notifications of what an agent reports. The settings are read each time: an agent runs for months. */
export function createAgentNews({onProblem, env}: Options): AgentNews {
	let last: Promise<void> = Promise.resolve();
	const queue = async (occurrence: Occurrence) => {
		try {
			const settings = await readSettings(env);
			notify(occurrence, settings.notify, env);
		} catch (error) {
			onProblem(`A notification of ${occurrence.event} was lost: ${messageOf(error)}`);
		}
	};
	return {
		onEvent(event) {
			const occurrence = agentOccurrence(event);
			if (occurrence) last = last.then(() => queue(occurrence));
		},
		settled: () => last,
	};
}
