import type {EngineEvent} from '../engine/engine.ts';
import {describeEvent, type KnownObjects, knownObjects, type OwnEvent} from '../report/engine-events.ts';
import type {EventView, Tone} from '../ui/dashboard/data.ts';
import type {DashboardStore} from '../ui/dashboard/store.ts';
import type {Files} from './world.ts';

/** Number of events that are kept. */
const keptEvents = 500;

/** Events arrive in bursts; one frame is enough for a burst. */
const gatherMs = 120;

const tones: Readonly<Record<OwnEvent['severity'], Tone>> = {
	normal: 'quiet',
	good: 'good',
	warning: 'warning',
	bad: 'bad',
};

/** Keeps the newest events of our own objects for the dashboard, and counts those of others. */
export function createEventLog(store: DashboardStore, filesNow: () => Files | undefined) {
	let known: {readonly files: Files; readonly objects: KnownObjects} | undefined;
	/** Containers that no state records yet, by their id: what joins a network is named after them. */
	const seen = new Map<string, Pick<OwnEvent, 'environment' | 'object'>>();
	/** What the states record, collected once for each read of them. */
	const objectsOf = (files: Files, routerName: string): KnownObjects => {
		if (known?.files !== files || known.objects.routerName !== routerName) {
			const states = files.environments.flatMap(({state}) => state ?? []);
			const objects = knownObjects(files.name ?? '', states, routerName);
			const containers = {get: (id: string) => seen.get(id) ?? objects.containers.get(id)};
			known = {files, objects: {...objects, containers}};
		}
		return known.objects;
	};

	let waiting: EventView[] = [];
	let others = store.getSnapshot().otherEvents;
	let number = store.getSnapshot().events.at(-1)?.id ?? 0;
	let gathering: NodeJS.Timeout | undefined;

	const remember = (id: string, {environment, object}: OwnEvent) => {
		seen.delete(id);
		seen.set(id, {environment, object});
		if (seen.size > keptEvents) seen.delete(seen.keys().next().value!);
	};
	const flush = () => {
		gathering = undefined;
		const {events} = store.getSnapshot();
		store.update({events: [...events, ...waiting].slice(-keptEvents), otherEvents: others});
		waiting = [];
	};
	return {
		/** @param routerName that of the engine's router */
		add(event: EngineEvent, routerName: string): void {
			const files = filesNow();
			if (files?.name === undefined) return;
			const own = describeEvent(event, objectsOf(files, routerName));
			if (own) {
				if (event.object === 'container') remember(event.id, own);
				const {at, environment, object, deployment = '', text, severity} = own;
				waiting.push({id: ++number, at, environment, object, deployment, text, tone: tones[severity]});
				// A flood must not grow what waits for the next frame.
				if (waiting.length > keptEvents) waiting.shift();
			} else others++;
			// Nobody waits for a count that is not shown.
			if (own || store.getSnapshot().location.screen === 'events') gathering ??= setTimeout(flush, gatherMs);
		},
		close: () => clearTimeout(gathering),
	};
}
