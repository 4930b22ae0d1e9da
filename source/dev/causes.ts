import {hintOf, messageOf, UserError} from '../errors.ts';
import type {Progress, StepProgress} from '../output/events/progress.ts';
import type {DevCause} from '../ui/dev/events.ts';
import {hintText} from '../workspace/invocation.ts';

const causeOfStep = ({address, message, failure, hint}: StepProgress): DevCause => {
	const {lastProbe, exitCode, isOutOfMemory, lastLines = []} = failure ?? {};
	const details = [
		...(lastProbe === undefined ? [] : [`last probe: ${lastProbe}`]),
		...(isOutOfMemory ? ['out of memory'] : []),
		...(exitCode === undefined ? [] : [`exit code: ${exitCode}`]),
	];
	return {
		message: [`${address}: ${message ?? 'failed'}`, ...details].join('\n'),
		lines: lastLines,
		...(hint === undefined ? {} : {hint}),
	};
};

/** Why an apply has failed: its first cause, and the names of the others. */
export function causeOfApply({steps}: Pick<Progress, 'steps'>): DevCause {
	const [first, ...others] = steps.filter(({state}) => state === 'failed');
	if (!first) return {message: 'The apply failed.', lines: []};
	const cause = causeOfStep(first);
	if (others.length === 0) return cause;
	return {...cause, message: `${cause.message}\nalso failed: ${others.map(({address}) => address).join(', ')}`};
}

/** Why there is no plan. Whatever is not a `UserError` is a bug, and thrown. */
export function causeOfError(error: unknown): DevCause {
	if (!(error instanceof UserError)) throw error;
	const hint = hintOf(error);
	return {message: messageOf(error), lines: [], ...(hint === undefined ? {} : {hint: hintText(hint)})};
}
