import {readFile} from 'node:fs/promises';
import {counted} from '../../counted.ts';
import {messageOf, UserError} from '../../errors.ts';
import {scanDotenv} from '../../model/dotenv.ts';
import {effectiveVariables} from '../../model/effective.ts';
import {keyProblem} from '../../model/variable-keys.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal} from '../../output/terminal.ts';
import {changeState, textOf, withValue} from '../../workspace/change-variables.ts';
import {isJson} from '../../workspace/flags.ts';
import {assertTarget, describeScope, type TargetFlags, targetOf} from '../../workspace/variable-target.ts';
import {openWorkspace} from '../../workspace/workspace.ts';

type ImportFlags = TargetFlags & {readonly file: string; readonly replace?: boolean; readonly sensitive?: boolean};

/** The values of a dotenv file. @throws UserError for content that dotenv itself would ignore */
async function readValues({file, sensitive}: ImportFlags): Promise<Record<string, string>> {
	let bytes: Buffer;
	try {
		bytes = await readFile(file);
	} catch (error) {
		throw new UserError(`cannot read ${file}: ${messageOf(error)}`);
	}
	const content = textOf(bytes, `Import file ${file}`);
	const {assignments, unsupported} = scanDotenv(content);
	if (unsupported) {
		const {line, text} = unsupported;
		// Do not quote a line of secrets: output may be recorded.
		const shown = sensitive ? `line ${line}` : sanitiseLine(text.trim(), {maxLength: 60});
		throw new UserError(`Import file ${file} contains unsupported dotenv content: ${shown}.`, {
			hint: `${file}:${line}`,
		});
	}
	const keys = assignments.map(({key}) => key);
	const repeated = [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))];
	if (repeated.length > 0) throw new UserError(`Duplicate imported variable keys in ${file}: ${repeated.join(', ')}.`);
	if (keys.length === 0) throw new UserError(`Import file ${file} does not contain any variables.`);
	for (const {key, line} of assignments) {
		const problem = keyProblem(key);
		if (problem) throw new UserError(`${file}:${line} ${key}: ${problem}`);
	}
	const {parse} = await import('dotenv');
	return parse(content);
}

/** `compartment variable import --file F` (docs/rules.md, "All or nothing import"). */
export async function variableImport(flags: ImportFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const target = targetOf(flags);
	const values = await readValues(flags);
	const workspace = await openWorkspace(flags);
	const state = await changeState(workspace, 'variable.changed', async current => {
		assertTarget(target, workspace.project, current);
		const {variables, bindings} = current;
		const effective = effectiveVariables({project: workspace.project, variables, bindings}, target);
		// Inherited variables may be overridden, as with `variable set`.
		const taken = effective.filter(({key, source}) => source !== 'inherited' && Object.hasOwn(values, key));
		const bound = taken.filter(({source}) => source === 'binding').map(({key}) => key);
		if (bound.length > 0)
			throw new UserError(`Variable import would overwrite resource output bindings for: ${bound.join(', ')}.`);
		if (taken.length > 0 && !flags.replace)
			throw new UserError(
				`Variable import would overwrite existing winners for: ${taken.map(({key}) => key).join(', ')}. Retry with --replace.`,
			);
		let next = current;
		for (const [key, value] of Object.entries(values)) {
			const wasSensitive = taken.some(item => item.key === key && item.source === 'direct' && item.isSensitive);
			next = await withValue(next, {scope: target, key, value, isSensitive: flags.sensitive === true || wasSensitive});
		}
		return {state: next, audit: {imported: Object.keys(values).length}};
	});
	const keys = Object.keys(values);
	if (isJson(flags)) process.stdout.write(jsonDocument({importedKeyNames: keys}));
	else print(`Imported ${counted(keys.length, 'variable')} into ${sanitiseLine(describeScope(state, target))}.`);
}
