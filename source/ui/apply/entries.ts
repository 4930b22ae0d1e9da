import {counted} from '../../counted.ts';
import {type Consequences, consequencesOf, consequencesText} from '../../output/events/consequences.ts';
import type {Progress, StepProgress, StepState} from '../../output/events/progress.ts';

/** A line of the list: a step, or one line for several steps. */
export type StepEntry =
	| {readonly type: 'step'; readonly step: StepProgress}
	/** Unsanitised. */
	| {readonly type: 'group'; readonly state: StepState; readonly text: string};

const entryOf = (step: StepProgress): StepEntry => ({type: 'step', step});

/** Whether the list shows causes first: as soon as something has failed. */
export const hasCauses = ({counts}: Pick<Progress, 'counts'>): boolean => counts.failed > 0;

/**
 * The lines of the list: all steps in their order until one fails. Then the failed steps come first, what is still to be
 * done follows, and what is over is one line for each reason, unless the user has unfolded it.
 */
export function entriesOf({steps, counts}: Pick<Progress, 'steps' | 'counts'>, isUnfolded: boolean): StepEntry[] {
	if (!hasCauses({counts})) return steps.map(entryOf);
	const inState = (...states: readonly StepState[]) => steps.filter(({state}) => states.includes(state));
	const done = inState('done');
	const groups: readonly (Pick<Consequences, 'steps'> & Extract<StepEntry, {readonly type: 'group'}>)[] = [
		...consequencesOf(steps).map(group => ({...group, type: 'group' as const, text: consequencesText(group)})),
		...(done.length > 0
			? [{type: 'group', state: 'done', text: `${counted(done.length, 'step')} done`, steps: done} as const]
			: []),
	];
	return [
		...inState('failed', 'running', 'waiting')
			.sort((a, b) => Number(b.state === 'failed') - Number(a.state === 'failed'))
			.map(entryOf),
		...groups.flatMap(({steps: members, ...group}) => (isUnfolded ? [group, ...members.map(entryOf)] : [group])),
	];
}

/** The steps of the list that the cursor can reach, by address. */
export const reachable = (entries: readonly StepEntry[]): string[] =>
	entries.flatMap(entry => (entry.type === 'step' ? [entry.step.address] : []));
