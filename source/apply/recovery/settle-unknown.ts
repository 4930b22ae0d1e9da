import {untilAnswered} from '../../engine/until-answered.ts';
import {UserError} from '../../errors.ts';
import {readJournal} from '../../state/journal.ts';
import {type ApplyContext, notice} from '../context.ts';
import {recover} from './recover.ts';

/**
 * Settles writes to which the engine gave no answer: when it answers again, finishes or undoes them as the recovery of a
 * killed apply does. If it does not answer, the next command does so.
 */
export async function settleUnknown(context: ApplyContext): Promise<void> {
	if (!context.journal.hasPending()) return;
	const say = (message: string) => notice(context, 'info', message);
	try {
		await untilAnswered(() => context.engine.info(), context.signal);
		say('the engine answers again; checking what it did meanwhile');
		await recover({...context, say}, await readJournal(context.directory, context.state.current()));
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		notice(context, 'warning', `the engine does not answer; the next command will check what it did: ${error.message}`);
	}
}
