import {join} from 'node:path';
import {counted} from '../counted.ts';
import {command, type Hint, hint} from '../hint.ts';
import type {Imported, Note, NoteKind, VariableToSet} from '../import/result.ts';
import type {Paint} from '../output/colour.ts';
import {sanitiseLine} from '../output/sanitise.ts';
import {shellWord} from '../shell-word.ts';
import {hintText} from '../workspace/invocation.ts';

const headings: Readonly<Record<NoteKind, string>> = {
	missing: 'Not carried over:',
	changed: 'Carried over differently:',
	omitted: 'Not needed here:',
};

/**
 * The command that sets a variable. Never contains its value.
 * @param folder of the imported file, as it is shown; undefined where the command runs there
 */
export function variableCommand(
	{name, target, of, isSensitive, file}: VariableToSet,
	folder: string | undefined,
): Hint {
	const sensitive = isSensitive ? ['--sensitive'] : [];
	const stdin = file === undefined ? [] : ['--stdin'];
	const set =
		target === 'service'
			? command('variable set', name, '--service', of, ...sensitive, ...stdin)
			: command('variable set', name, '--resource', of, ...sensitive, ...stdin);
	return file === undefined ? set : hint`${set} < ${shellWord(folder === undefined ? file : join(folder, file))}`;
}

/** Notes with one message are one line. */
function linesOf(notes: readonly Note[]): readonly string[] {
	const byMessage = Map.groupBy(notes, ({message}) => hintText(message));
	return [...byMessage].map(([message, same]) => {
		const paths = same.map(({path}) => sanitiseLine(path)).join(', ');
		return `  ${paths}: ${sanitiseLine(message)}`;
	});
}

/** What `import` says about a file: all notes by kind, then the commands for variables. */
export function reportLines(
	{notes, variables, tally}: Pick<Imported, 'notes' | 'variables' | 'tally'>,
	paint: Paint,
	folder?: string,
): readonly string[] {
	const groups = (['missing', 'changed', 'omitted'] as const).flatMap(kind => {
		const own = notes.filter(note => note.kind === kind);
		return own.length > 0 ? ['', paint.bold(headings[kind]), ...linesOf(own)] : [];
	});
	const commands = variables.map(variable => `  ${hintText(variableCommand(variable, folder))}`);
	const keys = tally.carried + tally.listed;
	return [
		...groups,
		...(commands.length > 0 ? ['', paint.bold('Variables to set:'), ...commands] : []),
		'',
		`${tally.carried} of ${counted(keys, 'key')} carried over, ${tally.listed} listed above.`,
	];
}
