import type {PreviousRun} from '../model/health-facts.ts';
import type {EngineEvent} from './engine.ts';

export type RunEvent = Pick<EngineEvent, 'at' | 'action' | 'attributes'>;

const minute = 60_000;

/** The latest finished run, from a container's `start`, `die` and `oom` events in chronological order. */
export function previousRunIn(events: readonly RunEvent[], now: number): PreviousRun | undefined {
	const ends = events.filter(({action}) => action === 'die');
	const end = ends.at(-1);
	if (!end) return undefined;
	const before = events.slice(0, events.indexOf(end));
	const start = before.findLast(({action}) => action === 'start');
	const code = end.attributes['exitCode'];
	return {
		exitCode: code === undefined ? undefined : Number(code),
		isOutOfMemory: before.slice(start ? before.indexOf(start) : 0).some(({action}) => action === 'oom'),
		ranMs: start && end.at - start.at,
		endsInMinute: ends.filter(({at}) => at > now - minute).length,
	};
}
