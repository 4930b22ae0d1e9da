import type {Clock} from './clock.ts';
import type {Change, Duty, Upcoming} from './duty.ts';

/** The longest sleep: when the machine's clock was set, or the machine slept, a time may come earlier. */
const longestSleepMs = 30_000;

/** The shortest: a duty must not keep the processor busy, whatever it returns. */
const shortestSleepMs = 50;

/** A difference between the two clocks that is a jump of the machine's. */
const jumpMs = 2000;

const firstPauseMs = 1000;
const longestPauseMs = 5 * 60_000;

/** More changes than this are one: anything may have changed. */
const mostChanges = 1000;

type Options = {
	readonly clock: Clock;
	readonly signal: AbortSignal;
	/** What comes next, after each call. */
	readonly onNext: (next: readonly Upcoming[]) => void;
	readonly onError: (error: unknown) => void;
};

/** A duty that runs. */
export type RunningDuty = {
	/** Reports a change; the duty is called once for all changes since its last call. */
	readonly notice: (change: Change) => void;
	/** Ends after the signal, when the duty has finished what it had begun. */
	readonly ended: Promise<void>;
};

/** Calls a duty whenever it has something to do, until the signal aborts. */
export function runDuty(duty: Duty, {clock, signal, onNext, onError}: Options): RunningDuty {
	let changes: Change[] = [];
	let wake = new AbortController();
	const sleep = async (milliseconds: number) => {
		wake = new AbortController();
		const bounded = Math.max(shortestSleepMs, Math.min(longestSleepMs, milliseconds));
		await clock.sleep(bounded, AbortSignal.any([signal, wake.signal]));
	};
	/** Whether the engine has begun to answer again since the last call began. */
	const isConnected = () => changes.some(({type}) => type === 'connected');
	/** Waits until a time comes, something changes, or the machine's clock is set: then the time means nothing. */
	const waitUntil = async (at: number) => {
		const offset = clock.now() - clock.steady();
		const hasJumped = () => Math.abs(clock.now() - clock.steady() - offset) > jumpMs;
		do await sleep(at - clock.now());
		while (!signal.aborted && changes.length === 0 && clock.now() < at && !hasJumped());
	};
	/** Waits after a failure, but not when the engine answers again: its cause may be over. Returns whether it does. */
	const rest = async (milliseconds: number): Promise<boolean> => {
		const end = clock.steady() + milliseconds;
		while (!signal.aborted && !isConnected() && clock.steady() < end) await sleep(end - clock.steady());
		return isConnected();
	};
	const loop = async () => {
		let failures = 0;
		while (!signal.aborted) {
			const noticed = changes;
			changes = [];
			try {
				const next = await duty.run(noticed, signal);
				failures = 0;
				onNext(next);
				if (changes.length === 0) await waitUntil(Math.min(...next.map(({at}) => at)));
			} catch (error) {
				if (signal.aborted) return;
				onError(error);
				if (isConnected()) failures = 0;
				changes = [];
				if (await rest(Math.min(longestPauseMs, firstPauseMs * 2 ** failures++))) failures = 0;
				// What the call had noticed is lost.
				changes = [{type: 'connected'}];
			}
		}
	};
	return {
		notice(change) {
			if (!duty.concerns(change)) return;
			if (changes.length < mostChanges) changes.push(change);
			else changes = [{type: 'connected'}];
			wake.abort();
		},
		ended: loop(),
	};
}
