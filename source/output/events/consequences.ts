import {listOf} from '../../plan/approval.ts';
import type {StepProgress} from './progress.ts';

/** Steps that did not fail themselves, and that share the reason why they are not done. */
export type Consequences = {
	readonly state: 'held back' | 'skipped';
	/** `service.api failed`; empty if unknown. */
	readonly reason: string;
	readonly steps: readonly StepProgress[];
};

const states = ['held back', 'skipped'] as const;

/** All consequences, those that were begun first. */
export const consequencesOf = (steps: readonly StepProgress[]): Consequences[] =>
	states.flatMap(state => {
		const groups = Map.groupBy(
			steps.filter(step => step.state === state),
			({message}) => message ?? '',
		);
		return [...groups].map(([reason, group]) => ({state, reason, steps: group}));
	});

/** `13 held back, image.api failed: service.web, service.db and 11 more`. Unsanitised. */
export const consequencesText = ({state, reason, steps}: Consequences): string =>
	`${steps.length} ${state}${reason === '' ? '' : `, ${reason}`}: ${listOf(steps.map(({address}) => address))}`;
