import {counted} from '../counted.ts';
import type {ImportPlace} from '../import/open-import.ts';
import type {Imported, VariableToSet} from '../import/result.ts';
import type {VariableScope} from '../model/values.ts';
import type {Terminal} from '../output/terminal.ts';
import {changeState, withValue} from '../workspace/change-variables.ts';
import {type CommonFlags, isJson} from '../workspace/flags.ts';
import {openWorkspace} from '../workspace/workspace.ts';
import {askYes} from './confirm.ts';

type StoreFlags = CommonFlags & {readonly setVariables?: boolean; readonly dryRun?: boolean};

/** Variables whose values the imported file has. */
const known = ({variables}: Imported): (VariableToSet & {readonly value: string})[] =>
	variables.flatMap(variable =>
		variable.value === undefined ? [] : [variable as VariableToSet & {readonly value: string}],
	);

async function isWanted(count: number, {isInteractive}: Terminal, flags: StoreFlags): Promise<boolean> {
	if (flags.dryRun || count === 0) return false;
	if (flags.setVariables) return true;
	if (!isInteractive || isJson(flags)) return false;
	return askYes(`Store ${counted(count, 'sensitive value')} of the file as variables, encrypted?`);
}

/**
 * Stores the values of the file as sensitive variables, with `--set-variables` or after a question, all or none. Works on the project that was
 * just written.
 * @returns the variables that it stored
 */
export async function storeVariables(
	imported: Imported,
	{folder}: ImportPlace,
	terminal: Terminal,
	flags: StoreFlags,
): Promise<readonly VariableToSet[]> {
	const variables = known(imported);
	if (!(await isWanted(variables.length, terminal, flags))) return [];
	process.chdir(folder);
	const workspace = await openWorkspace(flags);
	await changeState(workspace, 'variable.changed', async state => {
		let next = state;
		for (const {name, value, target, of} of variables) {
			const scope: VariableScope = {type: target, name: of};
			next = await withValue(next, {scope, key: name, value, isSensitive: true});
		}
		return {state: next, audit: {imported: variables.length}};
	});
	return imported.variables.filter(({value}) => value !== undefined);
}
