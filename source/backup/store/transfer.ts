import type {WorkEvent} from '../events.ts';
import type {Work} from '../work.ts';

/** Counts what is transferred, and reports it while it lasts. */
export type Meter = {
	/** The same content, counted as it passes. */
	readonly count: (
		content: AsyncIterable<Uint8Array>,
		look?: (chunk: Uint8Array) => void,
	) => AsyncGenerator<Uint8Array>;
	readonly bytes: () => number;
	readonly end: (status: 'succeeded' | 'failed') => void;
};

const progressMs = 500;

/** Reports the progress of a transfer until its end. */
export function watchTransfer(
	{notify}: Pick<Work, 'notify'>,
	common: Pick<WorkEvent, 'work' | 'resource' | 'backup'>,
): Meter {
	const startedAt = Date.now();
	let bytes = 0;
	const times = () => ({at: Date.now(), elapsedMs: Date.now() - startedAt});
	notify({...common, type: 'work-started', at: startedAt});
	const timer = setInterval(() => notify({...common, type: 'work-progress', bytes, ...times()}), progressMs);
	return {
		async *count(content, look) {
			for await (const chunk of content) {
				bytes += chunk.length;
				look?.(chunk);
				yield chunk;
			}
		},
		bytes: () => bytes,
		end(status) {
			clearInterval(timer);
			notify({...common, type: 'work-finished', status, bytes, ...times()});
		},
	};
}
