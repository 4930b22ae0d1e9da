import {existsSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {UserError} from '../errors.ts';
import {type DetectedService, detectServices, projectNameOf} from './detect.ts';
import {descriptorFile} from './discover.ts';
import {projectNamePattern} from './schema/text.ts';

export type InitialDescriptor = {
	readonly name: string;
	/** Text of the new compartment.yml. */
	readonly text: string;
	readonly services: readonly DetectedService[];
};

/** What a folder without any known file gets, so that there is something to edit (contract 8). */
const fallback: DetectedService = {name: 'web', path: '.', kind: 'web'};

const chooseName = (directory: string, name: string | undefined): string => {
	if (name !== undefined) {
		if (name === 'create') throw new UserError(`Project name "${name}" is reserved.`);
		if (projectNamePattern.test(name)) return name;
		throw new UserError(
			`Project name "${name}" is invalid. Use a slug starting with a letter and no longer than 63 characters.`,
		);
	}
	const derived = projectNameOf(directory);
	if (derived) return derived;
	throw new UserError(
		`Could not derive a valid project name from directory "${directory}". Re-run with --name <slug>.`,
	);
};

// Plain scalars such as `1` or `a: b` would read as something else.
const scalar = (text: string): string =>
	/^[A-Za-z.][A-Za-z0-9_./-]*$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`;

const serviceLines = ({name, path, kind, evidence}: DetectedService): string[] => {
	const built = evidence ? ` Built from ${evidence}.` : '';
	const key = scalar(name);
	if (kind === 'web') return [`  # Has a host of its own.${built}`, `  ${key}:`, `    path: ${scalar(path)}`];
	return [
		`  # Reached through routes and, inside the environment, by its name.${built}`,
		`  ${key}:`,
		`    kind: ${kind}`,
		`    path: ${scalar(path)}`,
	];
};

const examples = [
	'    # Wait for an answer before traffic moves over:',
	'    # readiness:',
	'    #   type: http',
	'    #   path: /healthz',
];

const resourceExample = [
	'# A database that services can connect to:',
	'# resources:',
	'#   db:',
	'#     preset: postgres',
];

const textFor = (name: string, services: readonly DetectedService[]): string => {
	const [first, ...others] = services;
	const body = first
		? [...serviceLines(first), ...examples, ...others.flatMap(service => ['', ...serviceLines(service)])]
		: [
				'  # The folder that holds the source. Write a map instead to set kind, readiness and more.',
				`  ${fallback.name}: ${fallback.path}`,
			];
	return [
		`# All fields: compartment schema`,
		`name: ${name}`,
		'',
		'services:',
		...body,
		'',
		...resourceExample,
		'',
	].join('\n');
};

/**
 * What `compartment init` would write into a directory (contract 8). Reads it and changes nothing. Throws a UserError
 * when a compartment.yml is there already, or when neither `name` nor the directory gives a valid project name.
 */
export const describeInit = async (directory: string, name?: string): Promise<InitialDescriptor> => {
	const folder = resolve(directory);
	if (existsSync(join(folder, descriptorFile)))
		throw new UserError(`${descriptorFile} already exists in this directory.`, {hint: 'compartment validate'});
	const chosen = chooseName(folder, name);
	const detected = await detectServices(folder);
	return {name: chosen, text: textFor(chosen, detected), services: detected.length > 0 ? detected : [fallback]};
};
