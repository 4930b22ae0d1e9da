import type {ApplyEvent} from '../../apply/events.ts';
import {counted} from '../../counted.ts';
import {nameIn} from '../../model/address.ts';
import {emptyProgress, type Progress, reduceProgress} from '../../output/events/progress.ts';
import {listOf} from '../../plan/approval.ts';
import type {Link} from '../dashboard/data.ts';
import {helpAfter, helpOf} from '../keys/key-hints.ts';
import {defaultKeymap, type KeyAction, type Keymap, type KeyScreen} from '../keys/keymap.ts';
import {createLogPool} from '../logs/log-pool.ts';
import {type LogFocus, logScreens} from '../logs/log-screens.ts';
import {createLogStore, type LogEffects, type LogStore} from '../logs/log-store.ts';
import {nextSource} from '../logs/pool-view.ts';
import type {FrameClock} from '../parts/frame-clock.ts';
import {createStore, type Readable} from '../parts/store.ts';
import type {DevCause, DevUrl, EmitDev} from './events.ts';

/** One plan that had something to do, and how it went. */
export type DevRun = {
	readonly number: number;
	/** Milliseconds since the epoch. */
	readonly startedAt: number;
	/** The plan in one line. Unsanitised. */
	readonly line: string;
	readonly outcome: 'running' | 'waiting' | 'done' | 'failed' | 'cancelled' | 'declined';
	readonly endedAt: number | undefined;
};

/** What is being done. `failed` and `looking` last until the next change or key. */
type DevPhase = 'watching' | 'planning' | 'applying' | 'failed' | 'looking';

export type DevState = {
	readonly phase: DevPhase;
	readonly link: Link;
	readonly urls: readonly DevUrl[];
	/** Oldest first. */
	readonly runs: readonly DevRun[];
	/** Of the apply that runs, or of the last one. */
	readonly progress: Progress;
	/** Why the last change is not running. */
	readonly cause: DevCause | undefined;
	/** What waits until somebody has looked at it. */
	readonly waitsFor: readonly string[];
	/** What was saved since the plan that is being made or applied. */
	readonly saved: readonly string[];
	/** When that, or what is being applied, was saved first, in milliseconds. */
	readonly savedAt: number | undefined;
	/** What is waited for, such as another command. */
	readonly notice: string | undefined;
	/** The result of the last key. */
	readonly message: string | undefined;
	/** First visible row of the help; undefined when it is closed. */
	readonly helpTop: number | undefined;
};

/** What keys ask for. */
type DevKeys = {
	readonly interrupt: () => void;
	readonly leave: () => void;
	readonly look: () => void;
	readonly again: () => void;
	/** Opens a URL in a browser; false where there is none. */
	readonly openUrl: (url: string) => boolean;
};

export type DevStore = Readable<DevState> & {
	readonly emit: EmitDev;
	readonly log: LogStore;
	/** `rows` is the number of visible lines of the log, or of the help. */
	readonly press: (key: string, rows: number) => void;
};

type Options = {
	readonly clock: FrameClock;
	readonly environment: string;
	readonly keys: DevKeys;
	readonly effects: LogEffects;
	readonly keymap?: Keymap;
};

/** As many runs as are kept for the list. */
const keptRuns = 100;

/** The screens whose keys are active, the innermost first. */
export const devScreens = ({helpTop}: Pick<DevState, 'helpTop'>, log: LogFocus): readonly KeyScreen[] =>
	helpTop !== undefined ? ['help'] : log.typed ? logScreens(log) : [...logScreens(log), 'dev'];

const isUnderWay = ({phase}: DevState): boolean => phase === 'planning' || phase === 'applying';

/** The state of the screen of `compartment dev`, fed by its events. */
export function createDevStore({clock, environment, keys, effects, keymap = defaultKeymap}: Options): DevStore {
	const store = createStore<DevState>({
		phase: 'planning',
		link: {status: 'connecting'},
		urls: [],
		runs: [],
		progress: emptyProgress,
		cause: undefined,
		waitsFor: [],
		saved: [],
		savedAt: undefined,
		notice: undefined,
		message: undefined,
		helpTop: undefined,
	});
	const state = store.getSnapshot;
	const change = (part: Partial<DevState>) => store.set({...state(), ...part});
	const pool = createLogPool({schedule: clock.request});
	const log = createLogStore(pool, () => ({environment, name: environment}), effects);

	const endRun = (outcome: DevRun['outcome'], at: number): Pick<DevState, 'runs'> => {
		const {runs} = state();
		const last = runs.at(-1);
		if (last?.outcome !== 'running' && last?.outcome !== 'waiting') return {runs};
		const isOver = outcome !== 'waiting';
		return {runs: [...runs.slice(0, -1), {...last, outcome, endedAt: isOver ? at : undefined}]};
	};
	const beginRun = (line: string, startedAt: number): Pick<DevState, 'runs'> => {
		const {runs} = state();
		const last = runs.at(-1);
		// A plan that nobody has looked at is replaced by the next one.
		const before = last?.outcome === 'waiting' || last?.outcome === 'declined' ? runs.slice(0, -1) : runs;
		const number = (last?.number ?? 0) + 1;
		const run: DevRun = {number, startedAt, line, outcome: 'running', endedAt: undefined};
		return {runs: [...before, run].slice(-keptRuns)};
	};
	/** The time of a run begins with the yes, not with the question. */
	const runFrom = (startedAt: number): Pick<DevState, 'runs'> => {
		const {runs} = state();
		const last = runs.at(-1);
		return {runs: last ? [...runs.slice(0, -1), {...last, startedAt}] : runs};
	};
	/** Builds and release commands print before there is a container with a log. */
	const keepOutput = (event: ApplyEvent) => {
		if (event.type !== 'log' || !/^(?:image|release)\./.test(event.address)) return;
		const {at, address, stream, text} = event;
		const source = `${nameIn(address)} ${address.startsWith('image.') ? 'build' : 'release'}`;
		for (const line of text.replace(/\n$/, '').split('\n'))
			pool.push({
				source,
				stream: stream === 'stderr' ? 'stderr' : 'stdout',
				at: new Date(at).toISOString(),
				text: line,
			});
	};
	const emitApply = (event: ApplyEvent) => {
		keepOutput(event);
		if (event.type === 'log') return;
		change({phase: 'applying', progress: reduceProgress(state().progress, event)});
	};

	const emit: EmitDev = event => {
		switch (event.type) {
			case 'watching': {
				const {phase} = state();
				return change({urls: event.urls, phase: isUnderWay(state()) ? 'watching' : phase});
			}
			case 'changed':
				return change({
					saved: [...state().saved, ...event.files].slice(-keptRuns),
					savedAt: state().savedAt ?? event.at,
				});
			case 'approved':
				return change(runFrom(event.at));
			case 'planning':
				return change({phase: 'planning', progress: emptyProgress, notice: undefined, saved: []});
			case 'unchanged':
				return change({
					savedAt: undefined,
					phase: 'watching',
					cause: undefined,
					waitsFor: [],
					...endRun('declined', event.at),
				});
			case 'planned':
				return change({
					...beginRun(event.line, state().savedAt ?? event.at),
					cause: undefined,
					notice: undefined,
					savedAt: undefined,
				});
			case 'waiting':
				return change({phase: 'looking', waitsFor: event.addresses, cause: undefined, ...endRun('waiting', event.at)});
			case 'apply':
				return emitApply(event.event);
			case 'ended': {
				const isDeclined = event.outcome === 'declined';
				const phase = isDeclined && state().waitsFor.length > 0 ? 'looking' : 'watching';
				const waitsFor = isDeclined ? state().waitsFor : [];
				return change({phase, waitsFor, cause: undefined, ...endRun(event.outcome, event.at)});
			}
			case 'failed':
				return change({
					phase: 'failed',
					cause: event.cause,
					waitsFor: [],
					savedAt: undefined,
					...endRun('failed', event.at),
				});
			case 'notice':
				return change({notice: event.message});
			case 'engine':
				return change({link: event.link});
			case 'line':
				return pool.push(event.line);
		}
	};

	const openUrl = () => {
		const [first] = state().urls;
		if (!first) return change({message: 'Nothing has a URL yet'});
		change({message: keys.openUrl(first.url) ? `Opened ${first.url}` : `No browser here: ${first.url}`});
	};
	const chooseSource = (step: 1 | -1) => {
		log.choose(nextSource(pool, log.getSnapshot().view, step));
	};
	const handlers: Partial<Record<KeyAction, () => void>> = {
		look: () => (state().waitsFor.length > 0 ? keys.look() : change({message: 'No plan waits'})),
		again: () => (isUnderWay(state()) ? change({message: 'It is being done already'}) : keys.again()),
		'open-url': openUrl,
		next: () => chooseSource(1),
		previous: () => chooseSource(-1),
		help: () => change({helpTop: 0}),
		quit: () => (isUnderWay(state()) ? change({message: 'ctrl-c cancels what is being done'}) : keys.leave()),
	};

	return {
		...store,
		emit,
		log,
		press(key, rows) {
			const {helpTop, message} = state();
			const {typed} = log.getSnapshot();
			const screens = devScreens(state(), log.getSnapshot());
			const action = keymap.actionOf(key, ...screens);
			if (message !== undefined) change({message: undefined});
			if (action === 'interrupt') {
				change({helpTop: undefined});
				return keys.interrupt();
			}
			if (helpTop !== undefined) {
				const count = helpOf(devScreens({helpTop: undefined}, log.getSnapshot()), true, keymap).length;
				return change({helpTop: helpAfter(helpTop, action, count, rows)});
			}
			if (typed !== undefined) return log.type(key, action, rows);
			const handler = action && handlers[action];
			if (handler) handler();
			else if (action) log.act(action, rows);
		},
	};
}

/** What is being done, in a few words. */
export function phaseText(state: DevState): string {
	const {phase, progress, waitsFor, saved} = state;
	const next = saved.length > 0 && isUnderWay(state) ? `, then ${counted(saved.length, 'change')}` : '';
	switch (phase) {
		case 'watching':
			return 'watching';
		case 'planning':
			return `planning${next}`;
		case 'failed':
			return 'failed, waiting for the next change';
		case 'looking':
			return `look at the plan first: ${listOf(waitsFor)}`;
		case 'applying': {
			const running = progress.steps.filter(step => step.state === 'running');
			const builds = running.filter(({address}) => address.startsWith('image.'));
			const [step] = builds.length > 0 ? builds : running;
			const what = builds.length > 0 ? 'building' : 'applying';
			const how = step?.message ? `: ${step.message}` : '';
			return `${what}${step ? ` ${nameIn(step.address)}` : ''}${next}${how}`;
		}
	}
}
