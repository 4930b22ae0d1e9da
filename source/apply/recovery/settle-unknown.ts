import {untilAnswered} from '../../engine/until-answered.ts';
import {UserError} from '../../errors.ts';
import {readJournal} from '../../state/journal.ts';
import {type ApplyContext, notice} from '../context.ts';
import {recover} from './recover.ts';

/**
 * After steps to which no answer came: as soon as the engine answers again, looks at what it did, and finishes or undoes
 * that as the recovery of a killed apply does. When it stays away, all is left as it is for the next command.
 */
export async function settleUnknown(context: ApplyContext): Promise<void> {
	if (!context.journal.hasPending()) return;
	const say = (message: string) => notice(context, 'info', message);
	try {
		await untilAnswered(() => context.engine.info(), context.signal);
		say('the engine answers again, looking at what it did meanwhile');
		await recover({...context, say}, await readJournal(context.directory, context.state.current()));
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		notice(context, 'warning', `what the engine did without an answer is left to the next command: ${error.message}`);
	}
}
