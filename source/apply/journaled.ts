import {untilAnswered} from '../engine/until-answered.ts';
import {isOutcomeUnknown, messageOf} from '../errors.ts';
import {failpoint} from '../failpoints.ts';
import type {Intent} from '../state/journal-entry.ts';
import type {State} from '../state/state.ts';
import type {EnvironmentContext} from './context.ts';

type JournaledWrite<Result> = {
	readonly address: string;
	readonly intent: Intent;
	/** Whether it is idempotent: it is then retried when no answer comes. Any other write stays pending until recovery. */
	readonly isRepeatable?: boolean;
	/** Its id, if its entry is in the journal already. */
	readonly begun?: string;
	/** Writes to the engine. The object gets `op` as a label, by which recovery finds it after a crash. */
	readonly run: (op: string) => Promise<Result>;
	/** The state afterwards. */
	readonly record?: (state: State, result: Result) => State;
	/** Cleans up what is needed until the write is recorded. */
	readonly finish?: () => Promise<void>;
};

/**
 * Runs one journaled write: an entry in the journal, the write, the record in the state. If the process dies in between,
 * `recover` can find out what happened.
 */
export async function writeJournaled<Result>(
	context: Pick<EnvironmentContext, 'journal' | 'state' | 'signal'>,
	{address, intent, isRepeatable, begun, run, record, finish}: JournaledWrite<Result>,
): Promise<Result> {
	const op = begun ?? (await context.journal.begin(intent, address));
	let result: Result;
	try {
		failpoint(`apply.before-${intent.type}`);
		result = await (isRepeatable ? untilAnswered(() => run(op), context.signal) : run(op));
	} catch (error) {
		// `run` has undone what it began. Recovery decides where that cannot be journaled, or where no answer came: the
		// engine may have done it.
		if (!isOutcomeUnknown(error)) await context.journal.failed(op, messageOf(error)).catch(() => undefined);
		throw error;
	}
	failpoint(`apply.after-${intent.type}`);
	// An error from here on leaves the entry without an outcome: the write happened, and recovery will find it.
	if (record && !finish) {
		await context.state.complete(op, state => record(state, result));
	} else {
		if (record) await context.state.update(state => record(state, result));
		await finish?.();
		await context.journal.done(op);
	}
	if (intent.type === 'switch') context.state.flushSoon();
	return result;
}
