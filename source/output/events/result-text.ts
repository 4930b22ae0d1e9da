import type {ApplyResult} from '../../apply/events.ts';
import {command, type Hint, hint} from '../../hint.ts';
import {renderHint} from '../../render-hint.ts';
import type {Paint} from '../colour.ts';
import {formatDuration} from '../duration.ts';
import {modeWords} from '../plan/mode-words.ts';
import {sanitiseLine} from '../sanitise.ts';

/** Whether a cancel left work undone. Running steps are finished first, and they may have been the last ones. */
const isCutShort = ({outcome, failed, heldBack, skipped}: ApplyResult): boolean =>
	outcome === 'cancelled' && [failed, heldBack, skipped].some(count => count > 0);

function outcomeText(result: ApplyResult, paint: Paint): string {
	const {mode, outcome, durationMs, done, failed, heldBack, skipped} = result;
	const {verb, done: doneWord} = modeWords[mode];
	const counts = [
		`${done} done`,
		...(failed > 0 ? [`${failed} failed`] : []),
		...(heldBack > 0 ? [`${heldBack} held back`] : []),
		...(skipped > 0 ? [`${skipped} skipped`] : []),
	].join(', ');
	const duration = formatDuration(durationMs);
	switch (outcome) {
		case 'done':
			return paint.ok(`${doneWord} in ${duration}: ${counts}.`);
		case 'failed':
			return paint.fail(`${verb} failed after ${duration}: ${counts}.`);
		case 'cancelled':
			return isCutShort(result)
				? paint.warn(`${verb} cancelled after ${duration}: ${counts}.`)
				: paint.ok(`${doneWord} in ${duration}, before it could be cancelled: ${counts}.`);
	}
}

function keptLines({keptVolumes, environment}: ApplyResult, paint: Paint): string[] {
	if (keptVolumes.length === 0) return [];
	const names = keptVolumes.map(address => sanitiseLine(address.replace(/^volume\./, '')));
	const [noun, pronoun] = names.length === 1 ? ['volume', 'it'] : ['volumes', 'them'];
	return [
		`Kept ${noun} ${names.join(', ')}: the next apply reuses ${pronoun}.`,
		paint.dim(renderHint(hint`Delete ${pronoun}: ${command('destroy', '--delete-data')}`, {environment})),
	];
}

/** Turns the URL of a service that requires the access password into a sign-in link, which contains the password. */
export type SignIn = (url: string) => string;

/** Shown where the password itself must not be printed. */
export const signInHint: Hint = hint`Password and sign-in links: ${command('access show')}`;

/** Shown with addresses that only another machine knows. */
export const forwardHint: Hint = hint`Only the engine's machine reaches what ends in localhost. To open it here: ${command('open')}`;

function guardedAddress(url: string, paint: Paint, signIn: SignIn | undefined): string {
	if (!signIn) return `${paint.accent(sanitiseLine(url))} (password required)`;
	return `${paint.accent(sanitiseLine(signIn(url)))} (sign-in link)`;
}

/**
 * The outcome, then the addresses of services and resources, or the volumes that a destroy kept (docs/rules.md, "Result
 * of an apply").
 * @param signIn only for a terminal, because sign-in links contain the password
 */
export function renderResult(result: ApplyResult, paint: Paint, signIn?: SignIn): string[] {
	const isGuarded = result.urls.some(({accessMode}) => accessMode === 'authenticated');
	const isDone = result.outcome === 'done' || (result.outcome === 'cancelled' && !isCutShort(result));
	const active = isDone ? 'active' : 'still active';
	const addressOf = ({url, accessMode}: ApplyResult['urls'][number]) =>
		accessMode === 'authenticated' ? guardedAddress(url, paint, signIn) : paint.accent(sanitiseLine(url));
	return [
		outcomeText(result, paint),
		...(isCutShort(result)
			? [paint.dim(`The next ${modeWords[result.mode].heading || 'apply'} continues from here.`)]
			: []),
		...result.urls.map(entry => `${sanitiseLine(entry.service)} ${active} at ${addressOf(entry)}`),
		...result.resources.map(({name, host}) => `Resource ${sanitiseLine(name)} at ${sanitiseLine(host)}`),
		...keptLines(result, paint),
		...(result.urls.some(({needsForwarding}) => needsForwarding) ? [paint.dim(renderHint(forwardHint, result))] : []),
		...(isGuarded && !signIn ? [paint.dim(renderHint(signInHint, result))] : []),
	];
}
