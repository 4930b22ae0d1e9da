import {createReportFilter, type Report} from './reports.ts';

/** How long a lone escape is held, in milliseconds: over ssh the rest of a report may come that much later. */
const holdMs = 20;

type Listener = () => void;

/** A stream like `stdin` without the reports of the terminal, which `onReport` gets. Ink reads from it. */
export function filterInput(stdin: NodeJS.ReadStream, onReport: (report: Report) => void): NodeJS.ReadStream {
	const filter = createReportFilter();
	const listeners = new Set<Listener>();
	const ready: string[] = [];
	let timer: NodeJS.Timeout | undefined;

	const offer = (text: string) => {
		if (text === '') return;
		ready.push(text);
		for (const listener of listeners) listener();
	};
	const onReadable = () => {
		clearTimeout(timer);
		for (let chunk = stdin.read(); chunk !== null; chunk = stdin.read()) {
			const {text, reports} = filter.push(String(chunk));
			// Keys that came before a report count first.
			offer(text);
			for (const report of reports) onReport(report);
		}
		if (filter.mayBeKey()) timer = setTimeout(() => offer(filter.release()), holdMs);
	};
	const add = (event: string, listener: Listener) => {
		if (event !== 'readable') return stdin.on(event, listener);
		if (listeners.size === 0) stdin.on('readable', onReadable);
		listeners.add(listener);
		return stdin;
	};
	const remove = (event: string, listener: Listener) => {
		if (event !== 'readable') return stdin.off(event, listener);
		listeners.delete(listener);
		if (listeners.size > 0) return stdin;
		clearTimeout(timer);
		return stdin.off('readable', onReadable);
	};
	const own = {
		read: () => ready.shift() ?? null,
		...{on: add, addListener: add, off: remove, removeListener: remove},
	};
	return new Proxy(stdin, {
		get(target, name) {
			if (name in own) return own[name as keyof typeof own];
			const value: unknown = Reflect.get(target, name, target);
			return typeof value === 'function' ? value.bind(target) : value;
		},
	});
}
