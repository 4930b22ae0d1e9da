import {type Output, readTrace, type Vertex} from './build-trace.ts';
import type {BuildProgress, LogStream} from './engine.ts';
import {createLineReader, type LineReader} from './lines.ts';

/** One line of the engine's build output, from BuildKit (`aux`) or the classic builder (`stream`). */
export type BuildMessage = {
	readonly id?: string;
	readonly aux?: unknown;
	readonly stream?: string;
	readonly status?: string;
	readonly error?: string;
	readonly errorDetail?: {readonly message?: string};
};

type Step = {
	name: string;
	state: 'waiting' | 'started' | 'done' | 'cached' | 'failed';
	readonly lines: Readonly<Record<LogStream, LineReader>>;
	/** The last lines of its output. */
	readonly last: {readonly stream: LogStream; readonly text: string}[];
};

export type BuildReader = {
	readonly push: (message: BuildMessage) => BuildProgress[];
	/** The failed step with the last lines of its output. */
	readonly failure: () => {readonly name: string; readonly lines: readonly string[]} | undefined;
	readonly imageId: () => string | undefined;
};

const classicChatter = /^$|^ ---> |^Removing intermediate container /;

/** Per stream: the two arrive in no fixed order, and a long stdout must not push out the one stderr line that matters. */
const keptLines = 20;

/** Turns the messages of a build into progress. */
export function createBuildReader(): BuildReader {
	const steps = new Map<string, Step>();
	const classic = createLineReader();
	let imageId: string | undefined;
	let current = '';

	const stepOf = (id: string): Step => {
		const step = steps.get(id) ?? {
			name: '',
			state: 'waiting',
			lines: {stdout: createLineReader(), stderr: createLineReader()},
			last: [],
		};
		steps.set(id, step);
		return step;
	};

	const output = (id: string, stream: LogStream, lines: readonly string[]): BuildProgress[] => {
		const {last} = stepOf(id);
		for (const text of lines) {
			last.push({stream, text});
			const ofStream = last.filter(line => line.stream === stream);
			if (ofStream.length > keptLines) last.splice(last.indexOf(ofStream[0]!), 1);
		}
		return lines.map(text => ({type: 'output', id, text}));
	};

	/** BuildKit repeats its reports; each state of a step is passed on once. */
	const moveTo = (id: string, state: Exclude<Step['state'], 'waiting'>, durationMs?: number): BuildProgress[] => {
		if (id === '') return [];
		const step = stepOf(id);
		if (step.state === state || (step.state !== 'waiting' && step.state !== 'started')) return [];
		step.state = state;
		return [{type: 'step', id, name: step.name, state, ...(durationMs === undefined ? {} : {durationMs})}];
	};

	const fromVertex = ({id, name, isCached, startedAt, completedAt, error}: Vertex): BuildProgress[] => {
		const step = stepOf(id);
		if (name) step.name = name;
		if (completedAt === undefined) return startedAt === undefined ? [] : moveTo(id, 'started');
		const rest = (['stdout', 'stderr'] as const).flatMap(stream => output(id, stream, step.lines[stream].end()));
		const state = error ? 'failed' : isCached ? 'cached' : 'done';
		return [...rest, ...moveTo(id, state, Math.max(0, Math.round(completedAt - (startedAt ?? completedAt))))];
	};

	const fromOutput = ({vertex, stream, data}: Output) =>
		output(vertex, stream, stepOf(vertex).lines[stream].push(data));

	/** The classic builder mixes `Step 2/3 : RUN npm ci`, ` ---> Using cache` and the step's output in one text. */
	const fromClassic = (line: string): BuildProgress[] => {
		const name = /^Step \d+\/\d+ : (.*)$/.exec(line)?.[1];
		if (name) {
			const before = moveTo(current, 'done');
			current = line.slice(0, line.indexOf(' :'));
			stepOf(current).name = name;
			return [...before, ...moveTo(current, 'started')];
		}
		if (line === ' ---> Using cache') return moveTo(current, 'cached');
		if (line.startsWith('Successfully ')) return moveTo(current, 'done');
		return current === '' || classicChatter.test(line) ? [] : output(current, 'stdout', [line]);
	};

	return {
		push: message => {
			if (message.id === 'moby.buildkit.trace' && typeof message.aux === 'string') {
				const trace = readTrace(Buffer.from(message.aux, 'base64'));
				return [
					...trace.vertices.flatMap(fromVertex),
					...trace.transfers.map(transfer => ({type: 'transfer', message: transferText(transfer)}) as const),
					...trace.outputs.flatMap(fromOutput),
				];
			}
			imageId = imageIdOf(message.aux) ?? imageId;
			const failed = message.error || message.errorDetail ? moveTo(current, 'failed') : [];
			const transfer = message.status ? [{type: 'transfer', message: message.status} as const] : [];
			return [...classic.push(Buffer.from(message.stream ?? '')).flatMap(fromClassic), ...failed, ...transfer];
		},
		failure: () => {
			const step = [...steps.values()].find(({state}) => state === 'failed');
			return step && {name: step.name, lines: shorten(step.last)};
		},
		imageId: () => imageId,
	};
}

/** Keeps as many lines as a report shows, dropping from the stream that has more of them. */
function shorten(last: Step['last']): string[] {
	const lines = [...last];
	while (lines.length > keptLines) {
		const errors = lines.filter(({stream}) => stream === 'stderr').length;
		const longer = 2 * errors > lines.length ? 'stderr' : 'stdout';
		lines.splice(
			lines.findIndex(({stream}) => stream === longer),
			1,
		);
	}
	return lines.map(({text}) => text);
}

const imageIdOf = (aux: unknown): string | undefined =>
	typeof aux === 'object' && aux !== null && 'ID' in aux && typeof aux.ID === 'string' ? aux.ID : undefined;

function transferText({id, name, current, total}: {id: string; name: string; current: number; total: number}): string {
	const what = name && name !== id ? `${id} ${name}` : id;
	return total > 0 ? `${what} ${Math.floor((100 * current) / total)} %` : what;
}
