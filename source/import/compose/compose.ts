import {posix} from 'node:path';
import {mapOf} from '../../descriptor/rules/raw.ts';
import type {YamlSource} from '../../descriptor/yaml/source.ts';
import {createAccount} from '../account.ts';
import {cursorAt} from '../cursor.ts';
import {parseDocument, refusal} from '../document.ts';
import type {Lookup} from '../interpolate.ts';
import {pruned} from '../prune.ts';
import type {ImportRequest} from '../request.ts';
import type {Imported} from '../result.ts';
import {adviseCompose} from './advice.ts';
import {readDotEnv} from './dot-env.ts';
import {loadProject} from './load.ts';
import {mergeProjects} from './merge-files.ts';
import {projectName} from './names.ts';
import {translateProject} from './translate.ts';

/** What Compose merges over a file with one of its usual names, when it is not told which files to read: the first of these. */
const overrides = ['compose', 'docker-compose'].flatMap(base => [`${base}.override.yml`, `${base}.override.yaml`]);

function overridesOf({file, over, read}: ImportRequest): readonly string[] {
	if (over) return over;
	if (!/^(?:docker-)?compose\.ya?ml$/.test(file)) return [];
	return overrides.filter(name => read(name).kind !== 'missing').slice(0, 1);
}

/** Imports a Compose file with what it includes. @throws DescriptorError with the place of what cannot be imported */
export function importCompose(source: YamlSource, request: ImportRequest): Imported {
	const {read, ascent, profiles} = request;
	const account = createAccount();
	const values = readDotEnv('.env', read, () => undefined);
	const loading = {read, account, documents: new Map([[source.file, source]])};
	const lookup: Lookup = name => values?.get(name);
	const merged = overridesOf(request);
	const project = merged
		// Paths in all of them are relative to the folder of the first one.
		.map(file => loadProject(loading, parseDocument(file, read(file)), lookup, '.'))
		.reduce(mergeProjects, loadProject(loading, source, lookup));
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
	return {format: 'Compose', merged, descriptor, variables, ...account.settle(project.tree, adviseCompose)};
}
