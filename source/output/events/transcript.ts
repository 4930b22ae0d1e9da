import type {ApplyResult} from '../../apply/events.ts';
import {command, hint} from '../../hint.ts';
import {renderHint} from '../../render-hint.ts';
import type {Paint} from '../colour.ts';
import {formatDuration} from '../duration.ts';
import type {Glyphs} from '../glyphs.ts';
import {sanitiseLine} from '../sanitise.ts';
import {displayWidth, padEnd, padStart, truncate, wrapWords} from '../width.ts';
import {type Consequences, consequencesOf, consequencesText} from './consequences.ts';
import {renderFailure} from './failure-text.ts';
import type {Progress, StepProgress, StepState} from './progress.ts';
import {renderResult, type SignIn} from './result-text.ts';

type TranscriptOptions = {
	readonly paint: Paint;
	readonly glyphs: Glyphs;
	readonly columns: number;
	/** Only for a terminal, because sign-in links contain the password. */
	readonly signIn?: SignIn | undefined;
};

type Layout = {readonly mark: number; readonly sign: number; readonly address: number; readonly duration: number};

const markStyles = {
	waiting: 'dim',
	running: 'warn',
	done: 'ok',
	failed: 'fail',
	'held back': 'warn',
	skipped: 'dim',
} as const;

type Listed = StepProgress & {readonly state: Exclude<StepState, Consequences['state']>};

const durationOf = ({durationMs}: StepProgress): string => (durationMs === null ? '' : formatDuration(durationMs));

function messageOf({state, message, reason}: Listed): string {
	switch (state) {
		case 'done':
			return message ?? reason;
		case 'failed':
			// Why is below the list.
			return 'failed';
		case 'running':
			return `interrupted${message ? `: ${message}` : ''}`;
		case 'waiting':
			return 'not started';
	}
}

const isListed = (step: StepProgress): step is Listed => step.state !== 'held back' && step.state !== 'skipped';

function stepLine(step: Listed, layout: Layout, {paint, glyphs, columns}: TranscriptOptions): string {
	const mark = paint[markStyles[step.state]](padEnd(glyphs[step.state], layout.mark));
	const sign = paint[step.kind](padEnd(glyphs.sign(step.sign), layout.sign));
	const address = padEnd(sanitiseLine(step.address), layout.address);
	const used = 2 + layout.mark + 1 + layout.sign + 1 + displayWidth(address) + 2 + layout.duration + 2;
	const message = truncate(glyphs.adapt(sanitiseLine(messageOf(step))), Math.max(16, columns - used), glyphs.ellipsis);
	const duration = padStart(durationOf(step), layout.duration);
	return `  ${mark} ${sign} ${address}  ${paint.dim(duration)}  ${message}`.trimEnd();
}

/** One line for all steps with the same reason. */
function consequencesLine(group: Consequences, {paint, glyphs, columns}: TranscriptOptions): string {
	const text = glyphs.adapt(sanitiseLine(consequencesText(group)));
	const line = truncate(text, Math.max(16, columns - 4), glyphs.ellipsis);
	return `  ${paint[markStyles[group.state]](glyphs[group.state])} ${line}`;
}

// The list truncates messages; here they are in full, with the details of the failure.
function failureBlock(step: StepProgress, options: TranscriptOptions): string[] {
	const {paint, glyphs, columns} = options;
	const title = `${sanitiseLine(step.address)} failed`;
	const text = `${title} after ${durationOf(step)}: ${glyphs.adapt(sanitiseLine(step.message ?? ''))}`;
	const head = wrapWords(text, columns).join('\n').replace(title, paint.fail(title));
	return [head, ...renderFailure(step, options)];
}

// The closed view took the whole log with it.
function whereToLook({outcome, environment}: ApplyResult, run: string | null, paint: Paint): string[] {
	if (outcome !== 'failed' || run === null) return [];
	return [paint.dim(renderHint(hint`Complete logs: ${command('deployment logs', run)}`, {environment}))];
}

/**
 * What stays on the main screen after an apply: the steps with their durations, one line for all that a failure has held
 * back, the failures with their last lines, the outcome and the addresses. No trailing newline.
 */
export function renderTranscript(progress: Progress, options: TranscriptOptions): string {
	const {steps, notices, result, run} = progress;
	const {paint, glyphs} = options;
	const widest = (texts: readonly string[]) => Math.max(0, ...texts.map(displayWidth));
	const listed = steps.filter(isListed);
	const layout = {
		mark: widest(listed.map(({state}) => glyphs[state])),
		sign: widest(listed.map(({sign}) => glyphs.sign(sign))),
		address: widest(listed.map(({address}) => sanitiseLine(address)).filter(address => address.length <= 32)),
		duration: widest(listed.map(durationOf)),
	};
	const warnings = notices
		.filter(({level}) => level === 'warning')
		.map(({message}) => `${paint.warn('Warning:')} ${glyphs.adapt(sanitiseLine(message))}`);
	const sections = [
		[
			...listed.map(step => stepLine(step, layout, options)),
			...consequencesOf(steps).map(group => consequencesLine(group, options)),
		],
		...steps.filter(({state}) => state === 'failed').map(step => failureBlock(step, options)),
		warnings,
		result ? [...renderResult(result, paint, options.signIn), ...whereToLook(result, run, paint)] : [],
	];
	return sections
		.filter(lines => lines.length > 0)
		.map(lines => lines.join('\n'))
		.join('\n\n');
}
