import {CancelledError} from '../errors.ts';

/** How a running apply is cancelled: `graceful` finishes running steps and starts no more, `now` stops them. */
export type Cancel = {
	/** Aborted by both. */
	readonly stopping: AbortSignal;
	/** Aborted by `now`. */
	readonly signal: AbortSignal;
	readonly cancel: (how: 'graceful' | 'now') => void;
	/** What a signal does: the first one is graceful, the second one is not. */
	readonly onSignal: () => void;
};

/** The first ctrl-c cancels builds, finishes other running steps and starts no more; the second one stops at once. */
export function createCancel(inform: (text: string) => void): Cancel {
	const stopping = new AbortController();
	const abort = new AbortController();
	const cancel = (how: 'graceful' | 'now') => {
		const reason = new CancelledError('The apply was cancelled.');
		stopping.abort(reason);
		if (how === 'now') abort.abort(reason);
	};
	const onSignal = () => {
		const {aborted} = stopping.signal;
		inform(aborted ? 'Stopping now.' : 'Finishing running steps. Press ctrl-c again to stop now.');
		cancel(aborted ? 'now' : 'graceful');
	};
	return {stopping: stopping.signal, signal: abort.signal, cancel, onSignal};
}
