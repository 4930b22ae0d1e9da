import {posix} from 'node:path';
import {mapOf} from '../../descriptor/rules/raw.ts';
import type {YamlSource} from '../../descriptor/yaml/source.ts';
import {createAccount} from '../account.ts';
import {cursorAt} from '../cursor.ts';
import {refusal} from '../document.ts';
import type {ReadFile} from '../files.ts';
import {pruned} from '../prune.ts';
import type {ImportRequest} from '../request.ts';
import type {Imported, Note} from '../result.ts';
import {adviseCompose} from './advice.ts';
import {readDotEnv} from './dot-env.ts';
import {loadProject} from './load.ts';
import {projectName} from './names.ts';
import {translateProject} from './translate.ts';

/** The file that Compose merges into one of the usual names without a word in it. */
function overrideNotes(file: string, read: ReadFile): readonly Note[] {
	const [, base] = /^((?:docker-)?compose)\.ya?ml$/.exec(file) ?? [];
	if (base === undefined) return [];
	return ['.override.yaml', '.override.yml']
		.map(ending => `${base}${ending}`)
		.filter(path => read(path).kind !== 'missing')
		.map(path => ({path, kind: 'missing', message: `Compose merges it into ${file}, and import does not read it`}));
}

/** Imports a Compose file with what it includes. @throws DescriptorError with the place of what cannot be imported */
export function importCompose(source: YamlSource, request: ImportRequest): Imported {
	const {read, ascent, profiles} = request;
	const account = createAccount();
	const values = readDotEnv('.env', read, () => undefined);
	const loading = {read, account, documents: new Map([[source.file, source]])};
	const project = loadProject(loading, source, name => values?.get(name));
	const named = cursorAt(mapOf(project.tree)['name'] ?? null, ['name'], project.origin, account);
	const given = named.text();
	named.carry();
	const name = request.name ?? projectName(given ?? '') ?? projectName(request.folderName) ?? 'app';
	if (given !== undefined && name !== given) named.note('changed', `the project is called ${name} here`);
	const {services, resources, variables} = translateProject(project, {account, read, profiles});
	const descriptor = pruned(
		{name, services, ...(Object.keys(resources).length > 0 && {resources})},
		ascent,
		(path, message) =>
			account.note('missing', path[0] === 'resources' ? ['services', ...path.slice(1)] : path, message),
	);
	if (!descriptor) throw refusal(source, [], `nothing in ${posix.basename(source.file)} makes a valid compartment.yml`);
	const settled = account.settle(project.tree, adviseCompose);
	const notes = [...settled.notes, ...overrideNotes(source.file, read)];
	return {format: 'Compose', descriptor, variables, ...settled, notes};
}
