import {untilAnswered} from '../engine/until-answered.ts';
import {isOutcomeUnknown, messageOf} from '../errors.ts';
import {failpoint} from '../failpoints.ts';
import type {Intent} from '../state/journal-entry.ts';
import type {State} from '../state/state.ts';
import type {ApplyContext} from './context.ts';

type Operation<Result> = {
	readonly address: string;
	readonly intent: Intent;
	/**
	 * Doing it twice is doing it once: when no answer comes, it is asked for again. Anything else stays pending then, until
	 * somebody has looked.
	 */
	readonly isRepeatable?: boolean;
	/** Asks the engine. `op` goes on the object it makes, so that after a crash the object tells that it happened. */
	readonly run: (op: string) => Promise<Result>;
	/** What the state holds afterwards. */
	readonly record?: (state: State, result: Result) => State;
	/** What can only be cleared away once it is recorded. */
	readonly finish?: () => Promise<void>;
};

/**
 * One engine write: journaled before, recorded after. A process that dies anywhere in between leaves enough for
 * `recover` to find out what happened.
 */
export async function operate<Result>(
	context: Pick<ApplyContext, 'journal' | 'state' | 'signal'>,
	{address, intent, isRepeatable, run, record, finish}: Operation<Result>,
): Promise<Result> {
	const op = await context.journal.begin(intent, address);
	let result: Result;
	try {
		failpoint(`apply.before-${intent.type}`);
		result = await (isRepeatable ? untilAnswered(() => run(op), context.signal) : run(op));
	} catch (error) {
		// `run` undoes what it began; a journal that cannot even say so leaves the operation to recovery. So does an answer
		// that never came: the engine may have done it.
		if (!isOutcomeUnknown(error)) await context.journal.failed(op, messageOf(error)).catch(() => undefined);
		throw error;
	}
	failpoint(`apply.after-${intent.type}`);
	// An error from here on leaves the operation without an outcome: it did happen, and recovery will find it.
	if (record) await context.state.update(state => record(state, result));
	await finish?.();
	await context.journal.done(op);
	return result;
}
