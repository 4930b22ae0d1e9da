import {existsSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {findSourceProblems} from '../../build/source-problems.ts';
import {confirm} from '../../console/confirm.ts';
import {reportLines, variableCommand} from '../../console/import-report.ts';
import {storeVariables} from '../../console/store-variables.ts';
import {writeDescriptor} from '../../console/write-descriptor.ts';
import {counted} from '../../counted.ts';
import {descriptorFile} from '../../descriptor/names.ts';
import {formatProblem} from '../../descriptor/problem.ts';
import {readProject} from '../../descriptor/read.ts';
import {mapOf} from '../../descriptor/rules/raw.ts';
import {parseYaml} from '../../descriptor/yaml/source.ts';
import {UserError} from '../../errors.ts';
import {again, command, hint} from '../../hint.ts';
import {cloneRepository} from '../../import/clone.ts';
import {descriptorText} from '../../import/descriptor-text.ts';
import {importFile} from '../../import/import-file.ts';
import {besideImport, type ImportPlace, openImport, shownPath} from '../../import/open-import.ts';
import type {Imported} from '../../import/result.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal, type Terminal, warn} from '../../output/terminal.ts';
import {reachWith} from '../../render-hint.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';

type ImportFlags = CommonFlags & {
	readonly name?: string;
	readonly profile?: readonly string[];
	readonly dryRun?: boolean;
	readonly force?: boolean;
	readonly setVariables?: boolean;
};

/**
 * Asks before it replaces a file.
 * @returns whether one may be replaced
 * @throws UserError when there is one, and there is no terminal to ask in
 */
async function checkTarget({folder}: ImportPlace, {isInteractive}: Terminal, flags: ImportFlags): Promise<boolean> {
	if (flags.dryRun || flags.force || !existsSync(join(folder, descriptorFile))) return flags.force === true;
	const shown = shownPath(folder, descriptorFile);
	// Commands that are printed have to work here.
	const elsewhere = folder === process.cwd() ? undefined : dirname(shown);
	if (elsewhere !== undefined) reachWith({project: elsewhere});
	if (!isInteractive || isJson(flags))
		throw new UserError(`${shown} already exists.`, {hint: hint`To replace it: ${again('--force')}`});
	await confirm(`Replace ${shown}?`);
	return true;
}

/** What `validate` will say about folders and Dockerfiles that are not there. The text itself is valid. */
async function sourceWarnings(text: string, {folder, ascent}: ImportPlace): Promise<readonly string[]> {
	const bytes = new TextEncoder().encode(text);
	const project = readProject({descriptor: {kind: 'bytes', bytes}, routes: {kind: 'missing'}}, folder, ascent);
	const parsed = parseYaml(descriptorFile, bytes);
	if (parsed.kind !== 'source') return project.warnings;
	const found = await findSourceProblems(folder, parsed.source.value, project);
	return [...found.map(finding => formatProblem(parsed.source.locate(finding), undefined)), ...project.warnings];
}

const namesIn = ({descriptor}: Imported, section: 'services' | 'resources') => Object.keys(mapOf(descriptor[section]));

/** `compartment import FILE [FILE…]`: writes a compartment.yml beside a Compose file or a Cynchro app. */
export async function importProject([first = '', ...further]: readonly string[], flags: ImportFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const place = await openImport(first);
	const {folder, ascent, bytes, read} = place;
	const shown = shownPath(folder, descriptorFile);
	// Commands that are printed have to work here.
	const elsewhere = folder === process.cwd() ? undefined : dirname(shown);
	if (elsewhere !== undefined) reachWith({project: elsewhere});
	const imported = importFile({
		...{file: place.file, bytes, read, ascent, name: flags.name, profiles: flags.profile ?? []},
		...(further.length > 0 ? {over: further.map(file => besideImport(place, file))} : {}),
		folderName: basename(folder),
	});
	const files = [place.file, ...imported.merged];
	const text = descriptorText(imported.descriptor, ...files);
	const isReplaced = await checkTarget(place, terminal, flags);
	const {repository} = imported;
	if (repository && !flags.dryRun) await cloneRepository(repository, folder);
	const warnings = repository && flags.dryRun ? [] : await sourceWarnings(text, place);
	if (!flags.dryRun) writeDescriptor(text, {folder, shown, isReplaced});
	const stored = await storeVariables(imported, place, terminal, flags);
	const open = imported.variables.filter(variable => !stored.includes(variable));
	const [services, resources] = [namesIn(imported, 'services'), namesIn(imported, 'resources')];
	if (isJson(flags)) {
		const {format, tally} = imported;
		const notes = imported.notes.map(note => ({...note, message: hintText(note.message)}));
		const variables = open.map(({value: _never, ...variable}) => ({
			...variable,
			command: hintText(variableCommand(variable, elsewhere)),
		}));
		const written = {file: shown, isWritten: flags.dryRun !== true, format, files};
		process.stdout.write(
			jsonDocument({
				...{...written, project: imported.descriptor['name'], services, resources, text},
				...{notes, variables, warnings, keys: tally, variablesSet: stored.length},
			}),
		);
		return;
	}
	const counts = `${counted(services.length, 'service')}, ${counted(resources.length, 'resource')}`;
	if (flags.dryRun) terminal.print(text.trimEnd());
	else terminal.print(`Created ${shown} from ${files.join(' and ')}: ${counts}.`);
	for (const line of reportLines({...imported, variables: open}, terminal.paint, elsewhere)) terminal.print(line);
	if (stored.length > 0) terminal.print(`Stored ${counted(stored.length, 'variable')} of the file, encrypted.`);
	warn(terminal, warnings);
	if (!flags.dryRun) terminal.print(terminal.paint.dim(hintText(hint`Next: ${command('plan')}`)));
}
