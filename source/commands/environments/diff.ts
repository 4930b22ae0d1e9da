import {defaultEnvironment} from '../../command-names.ts';
import {exitCodes, UserError} from '../../errors.ts';
import {command} from '../../hint.ts';
import {comparisonDocument, countDifferences} from '../../output/environments/comparison.ts';
import {comparisonLines} from '../../output/environments/comparison-lines.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal, warn} from '../../output/terminal.ts';
import {displayWidth, padEnd} from '../../output/width.ts';
import {readComparison} from '../../report/read-comparison.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';

type DiffFlags = CommonFlags & {readonly detailedExitcode?: boolean};

/** `compartment environment diff FROM [TO]`: compares what two environments of the project run. */
export async function environmentDiff(from: string, to: string, flags: DiffFlags): Promise<number> {
	const terminal = createTerminal(flags);
	const {print, paint, glyphs} = terminal;
	if (from === to)
		throw new UserError('Name two different environments.', {
			hint: command('environment diff', 'staging', defaultEnvironment),
		});
	// One after the other: an error suggests what helps in its own environment.
	const first = await readExistingState(await openWorkspace({...flags, env: from}));
	const second = await readExistingState(await openWorkspace({...flags, env: to}));
	const comparison = await readComparison(first, second);
	if (isJson(flags)) process.stdout.write(jsonDocument(comparisonDocument(comparison)));
	else {
		const lines = comparisonLines(comparison);
		const width = Math.max(0, ...lines.map(line => (line.type === 'fact' ? displayWidth(line.label) : 0)));
		print(paint.bold(sanitiseLine(`From ${from} to ${to}`)));
		for (const line of lines) {
			if (line.type === 'heading') print(`\n${paint.bold(line.text)}`);
			else {
				const text = glyphs.adapt(line.text);
				print(`  ${padEnd(line.label, width)}  ${line.isDifferent ? paint.update(text) : paint.dim(text)}`);
			}
		}
		warn(terminal, comparison.warnings);
	}
	return flags.detailedExitcode && countDifferences(comparison) > 0 ? exitCodes.changesPending : exitCodes.done;
}
