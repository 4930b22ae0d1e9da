import type {AgentAction, AgentEvent} from '../../agent/events.ts';
import {counted} from '../../counted.ts';
import type {Paint} from '../colour.ts';
import {sanitiseLine} from '../sanitise.ts';

const time = (at: number): string => new Date(at).toISOString();

/** Where and what: `shop/production service.web: started again`. */
export const actionText = ({project, environment, address, message}: AgentAction): string =>
	sanitiseLine(`${project}/${environment}${address === null ? '' : ` ${address}`}: ${message}`);

function eventText(event: AgentEvent, paint: Paint): string {
	switch (event.type) {
		case 'started': {
			const {engine, projects} = event;
			return sanitiseLine(`The agent of ${engine} looks after ${counted(projects, 'project')}.`);
		}
		case 'action':
			return event.outcome === 'done' ? actionText(event) : paint.fail(actionText(event));
		case 'disk-low':
			return paint.warn(sanitiseLine(event.message));
		case 'engine-lost':
			return paint.warn(sanitiseLine(`The engine does not answer, waiting for it: ${event.message}`));
		case 'engine-found':
			return 'The engine answers again.';
		case 'problem':
			return paint.warn(sanitiseLine(`${event.where}: ${event.message}`));
		case 'stopped':
			return 'The agent has stopped.';
	}
}

/** An event of a running agent as one line, with its time in UTC. */
export const agentEventText = (event: AgentEvent, paint: Paint): string =>
	`${paint.dim(time(event.at))} ${eventText(event, paint)}`;

/** An event of a running agent, for a JSON line. */
export const agentEventDocument = (event: AgentEvent) => ({...event, at: time(event.at)});
