import {busyShare, createMachineReader, type MachineReading, type ProcessorTime} from '../report/machine-load.ts';
import type {LoadView} from '../ui/dashboard/data.ts';
import {currentEnvironment, showsLoad} from '../ui/dashboard/lookups.ts';
import type {DashboardState} from '../ui/dashboard/state.ts';
import type {DashboardStore} from '../ui/dashboard/store.ts';
import type {EngineConnection} from '../workspace/workspace.ts';
import type {Files} from './world.ts';

/** Poll interval. */
const paceMs = 15_000;

/** The processor is known by two readings: the second one comes soon. */
const secondMs = 1500;

const used = (part: {readonly size: number; readonly free: number} | undefined) =>
	part && {used: Math.max(0, part.size - part.free), size: part.size};

function viewOf(reading: MachineReading, before: ProcessorTime | undefined): LoadView {
	const busy = busyShare(before, reading.processor);
	return {
		processor: busy === undefined ? undefined : {busy, cores: reading.processor!.cores},
		memory: used(reading.memory),
		disk: used(reading.disk),
	};
}

type Options = {
	readonly store: DashboardStore;
	readonly entryOf: (environment: string) => Files['environments'][number] | undefined;
	/** How to read the machine of an engine. */
	readonly readerOf?: (connection: EngineConnection) => () => Promise<MachineReading>;
};

/** Polls the load of the machine whose environment is selected, only while it is shown. */
export function createLoadReader({
	store,
	entryOf,
	readerOf = ({engine, router}) => createMachineReader(engine, router),
}: Options) {
	let shown: EngineConnection | undefined;
	let timer: NodeJS.Timeout | undefined;
	// Ends what was begun, even a reading that is not answered yet.
	let stop = new AbortController();

	const start = (connection: EngineConnection) => {
		const read = readerOf(connection);
		let before: ProcessorTime | undefined;
		let isFirst = true;
		const {signal} = stop;
		const look = async () => {
			let pauseMs = secondMs;
			if (store.getSnapshot().link.status === 'live') {
				const reading = await read().catch((): MachineReading => ({}));
				if (signal.aborted) return;
				store.update({load: viewOf(reading, before)});
				before = reading.processor;
				if (!isFirst) pauseMs = paceMs;
				isFirst = false;
			} else if (!isFirst) pauseMs = paceMs;
			timer = setTimeout(() => void look(), pauseMs).unref();
		};
		void look();
	};
	const close = () => {
		stop.abort();
		stop = new AbortController();
		clearTimeout(timer);
		shown = undefined;
	};

	return {
		/** Call on every change of what is shown. */
		follow(state: DashboardState): void {
			const connection = showsLoad(state) ? entryOf(currentEnvironment(state)?.name ?? '')?.connection : undefined;
			if (connection === shown) return;
			close();
			shown = connection;
			if (!connection) return;
			store.update({load: undefined});
			start(connection);
		},
		close,
	};
}
