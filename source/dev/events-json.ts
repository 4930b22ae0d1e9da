import {eventLine, planLine} from '../output/events/events-json.ts';
import {jsonLine} from '../output/json.ts';
import {logDocument} from '../output/log-lines.ts';
import type {DevEvent} from '../ui/dev/events.ts';

/** One event as a JSON line. Plans and the events of an apply look as those of `apply --json`. */
export function devJsonLine(event: DevEvent): string {
	switch (event.type) {
		case 'apply':
			return eventLine(event.event);
		case 'planned':
			return planLine(event.plan);
		case 'line':
			return jsonLine({type: 'line', ...logDocument(event.line)});
		case 'engine':
			return jsonLine({
				type: 'engine',
				status: event.link.status,
				message: event.link.status === 'lost' ? event.link.message : null,
			});
		case 'failed': {
			const {message, lines, hint = null} = event.cause;
			return jsonLine({type: 'failed', at: new Date(event.at).toISOString(), message, lines, hint});
		}
		default:
			return jsonLine({...event, at: new Date(event.at).toISOString()});
	}
}
