import type {Report} from './reports.ts';

/** The mode in which a terminal shows what follows in one piece. */
const synchronizedOutput = 2026;
const begin = `\u001B[?${synchronizedOutput}h`;
const end = `\u001B[?${synchronizedOutput}l`;

// The cursor is put back, because some terminals print a part of a question that they do not know.
const question = `\u001B7\u001B[?${synchronizedOutput}$p\u001B8`;

type Synchronized = {
	/** A stream like `stdout` that leaves the mode alone until the terminal has said that it knows it. Ink writes to it. */
	readonly stdout: NodeJS.WriteStream;
	/** The question, once. */
	readonly question: () => string;
	readonly onReport: (report: Report) => void;
};

const known = new WeakMap<NodeJS.WriteStream, Synchronized>();

function create(stdout: NodeJS.WriteStream, canAsk: boolean): Synchronized {
	let isAsked = !canAsk;
	let isKnown = false;
	const write = (data: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
		const kept = isKnown || typeof data !== 'string' ? data : data.replaceAll(begin, '').replaceAll(end, '');
		return Reflect.apply(stdout.write, stdout, [kept, ...rest]) as boolean;
	};
	return {
		stdout: new Proxy(stdout, {
			get(target, name) {
				if (name === 'write') return write;
				const value: unknown = Reflect.get(target, name, target);
				return typeof value === 'function' ? value.bind(target) : value;
			},
		}),
		question() {
			const asked = isAsked ? '' : question;
			isAsked = true;
			return asked;
		},
		onReport(report) {
			if (report.type === 'mode' && report.mode === synchronizedOutput) isKnown = [1, 2, 3].includes(report.state);
		},
	};
}

/** Lets Ink show its frames in one piece where the terminal says that it can. A terminal is asked once. */
export function synchronize(stdout: NodeJS.WriteStream, canAsk: boolean): Synchronized {
	const found = known.get(stdout) ?? create(stdout, canAsk);
	known.set(stdout, found);
	return found;
}
