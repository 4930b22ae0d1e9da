import type {Timers} from '../../source/dev/debounce.ts';

/** Timers that stand still until a test moves them. */
export function createManualTimers() {
	const waiting = new Map<number, {readonly due: number; readonly call: () => void}>();
	let now = 0;
	let next = 0;
	const timers: Timers = {
		now: () => now,
		after(milliseconds, call) {
			const id = next++;
			waiting.set(id, {due: now + milliseconds, call});
			return () => waiting.delete(id);
		},
	};
	return {
		timers,
		advance(milliseconds: number) {
			const end = now + milliseconds;
			for (;;) {
				const [first] = [...waiting].filter(([, {due}]) => due <= end).sort(([, a], [, b]) => a.due - b.due);
				if (!first) break;
				const [id, {due, call}] = first;
				waiting.delete(id);
				now = due;
				call();
			}
			now = end;
		},
	};
}
