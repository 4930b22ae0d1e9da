import {createInterface} from 'node:readline/promises';
import {counted} from '../counted.ts';
import {sanitiseLine} from '../output/sanitise.ts';
import {type Approval, actionsToApprove, confirmationOf, describeCounts, listOf} from '../plan/approval.ts';
import type {Plan} from '../plan/plan.ts';

/** Asks one question and returns the trimmed answer; an empty one at the end of the input. */
export async function askLine(question: string): Promise<string> {
	const prompt = createInterface({input: process.stdin, output: process.stdout});
	const ended = new Promise<string>(resolve => {
		prompt.once('close', () => resolve(''));
		prompt.once('SIGINT', () => prompt.close());
	});
	try {
		return (await Promise.race([prompt.question(question), ended])).trim();
	} finally {
		prompt.close();
	}
}

/** Asks for approval in plain lines, for screen readers. Anything but a clear yes is a no. */
export async function askInLines(plan: Plan, renderFull: () => string): Promise<Approval> {
	const actions = actionsToApprove(plan);
	const count = counted(actions.length, 'action');
	for (;;) {
		const answer = await askLine(
			`Do ${count} in ${sanitiseLine(plan.environment)}, ${describeCounts(actions)}? Type yes, no, or full for the whole plan: `,
		);
		if (/^(f|full)$/i.test(answer)) {
			process.stdout.write(`${renderFull()}\n`);
			continue;
		}
		if (!/^(y|yes)$/i.test(answer)) return {decision: 'cancel'};
		break;
	}
	const confirmation = confirmationOf(plan, []);
	if (!confirmation) return {decision: 'apply', skipped: []};
	process.stdout.write(
		`${sanitiseLine(`The data of ${listOf(confirmation.addresses)} will be permanently deleted.`)}\n`,
	);
	const typed = await askLine(`Type ${sanitiseLine(confirmation.expected)} to confirm: `);
	return typed === confirmation.expected ? {decision: 'apply', skipped: []} : {decision: 'cancel'};
}
