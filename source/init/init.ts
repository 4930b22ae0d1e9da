import {existsSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {dockerfileName} from '../build/dockerfile-place.ts';
import {defaultEnvironment} from '../command-names.ts';
import {descriptorFile, projectNamePattern} from '../descriptor/names.ts';
import {type BuiltStack, builtStacks} from '../detect/stacks.ts';
import {UserError} from '../errors.ts';
import {command, type Hint, hint} from '../hint.ts';
import {renderHint} from '../render-hint.ts';
import {type DetectedService, detectServices, projectNameOf} from './detect.ts';
import {remarksOf} from './remarks.ts';

export type InitialDescriptor = {
	readonly name: string;
	/** Text of the new compartment.yml. */
	readonly text: string;
	readonly services: readonly DetectedService[];
	/** Name of a Compose file beside it, of which nothing was taken over. */
	readonly composeFile?: string;
};

/** What init looks for in a folder. */
const lookedFor = [dockerfileName, ...builtStacks.flatMap(({evidence}) => evidence)];

const composeFiles = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

/** What to do with a Compose file. */
export const composeAdvice = (file: string): Hint =>
	hint`Nothing was taken from ${file}: ${command('import', file)} makes a compartment.yml from it.`;

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

/** A command: plain where YAML reads it as text. */
const commandScalar = (text: string): string =>
	/^[A-Za-z.][^\r\n:#]*$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`;

/** What the file that gave a service away says, as the rest of a comment. */
const builtFrom = ({evidence, details, framework}: DetectedService): string => {
	const port = details.exposes ? `, which exposes port ${details.exposes}` : '';
	return ` Built from ${evidence}${port}${framework ? `: ${framework}` : ''}.`;
};

const buildLines = ({include, buildCommand, outputDirectory}: DetectedService): string[] => {
	const lines = [
		...(buildCommand ? [`      command: ${commandScalar(buildCommand)}`] : []),
		...(outputDirectory ? [`      outputDirectory: ${scalar(outputDirectory)}`] : []),
		...(include ? ['      include:', ...include.map(entry => `        - ${scalar(entry)}`)] : []),
	];
	return lines.length > 0 ? ['    build:', ...lines] : [];
};

/** A comment of one line, whatever the names of files in it contain. */
const comment = (text: string): string => `# ${text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim()}`;

const exampleStarts: Readonly<Partial<Record<BuiltStack, string>>> = {Node: 'node server.js', Python: 'python -m app'};

const startLines = ({start, stack, problem}: DetectedService): string[] => {
	if (problem !== undefined) return [];
	if (start?.type === 'guessed') return ['    run:', `      command: ${commandScalar(start.command)}`];
	if (start?.type !== 'unknown') return [];
	const example = (stack && exampleStarts[stack]) ?? './start';
	return ['    # Nothing says how it starts. Name the command:', '    # run:', `    #   command: ${example}`];
};

const roles = {
	web: 'Has its own host.',
	static: 'Files with their own host.',
	api: 'Reached through routes and, inside the environment, by its name.',
} as const;

const serviceLines = (service: DetectedService, database: string | undefined): string[] => {
	const {name, path, kind, details} = service;
	return [
		`  ${comment(roles[kind] + builtFrom(service))}`,
		`  ${scalar(name)}:`,
		...(kind === 'web' ? [] : [`    kind: ${kind}`]),
		`    path: ${scalar(path)}`,
		...(details.port === undefined ? [] : [`    port: ${details.port}`]),
		...buildLines(service),
		...remarksOf(service).map(remark => `    ${comment(remark)}`),
		...startLines(service),
		...(database && details.postgres
			? ['    connections:', `      ${database}:`, '        env:', '          DATABASE_URL: connection-url']
			: []),
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

/** Name of the database, when some service depends on a driver for it: one that no service has. */
const databaseFor = (services: readonly DetectedService[]): string | undefined => {
	if (!services.some(({details}) => details.postgres)) return undefined;
	return ['db', 'database', 'postgres'].find(name => !services.some(service => service.name === name));
};

const resourceLines = (services: readonly DetectedService[], database: string | undefined): string[] => {
	const users = (driver: 'postgres' | 'redis') => services.filter(({details}) => details[driver]);
	const why = (driver: 'postgres' | 'redis') =>
		users(driver)
			.map(({name, details}) => `${name} depends on ${details[driver]}`)
			.join(', ');
	const redis = [
		`# ${why('redis')}. A store for it:`,
		'#   cache:',
		'#     image: valkey/valkey:8',
		'#     ports: [6379]',
		'#     volumes:',
		'#       data: /data',
	];
	const hasRedis = users('redis').length > 0;
	if (!database) return [...resourceExample, ...(hasRedis ? redis : [])];
	return [`# ${why('postgres')}.`, 'resources:', `  ${database}:`, '    preset: postgres', ...(hasRedis ? redis : [])];
};

const textFor = (name: string, services: readonly DetectedService[]): string => {
	const [first, ...others] = services;
	const database = databaseFor(services);
	const body = [
		...serviceLines(first!, database),
		...(first!.kind === 'static' ? [] : examples),
		...others.flatMap(service => ['', ...serviceLines(service, database)]),
	];
	return [
		renderHint(hint`# All fields: ${command('schema')}`, {environment: defaultEnvironment}),
		`name: ${name}`,
		'',
		'services:',
		...body,
		'',
		...resourceLines(services, database),
		'',
	].join('\n');
};

/**
 * What `compartment init` would write into a directory. Reads it and changes nothing. Throws a UserError when a
 * compartment.yml is there already, when neither `name` nor the directory gives a valid project name, or when nothing
 * there can be built: a file that no plan accepts helps less than the reason.
 * @param hasRailpack whether plans use the Railpack CLI where there is no Dockerfile
 */
export const describeInit = async (
	directory: string,
	name?: string,
	hasRailpack = false,
): Promise<InitialDescriptor> => {
	const folder = resolve(directory);
	if (existsSync(join(folder, descriptorFile)))
		throw new UserError(`${descriptorFile} already exists in this directory.`, {hint: command('validate')});
	const chosen = chooseName(folder, name);
	const composeFile = composeFiles.find(file => existsSync(join(folder, file)));
	const detected = await detectServices(folder, hasRailpack);
	if (detected.length > 0) return {name: chosen, text: textFor(chosen, detected), services: detected, composeFile};
	throw new UserError(
		`Nothing here says what to build. Looked for ${lookedFor.join(', ')}, here and in the folders of services/ and apps/.`,
		{
			hint: composeFile
				? composeAdvice(composeFile)
				: 'Add one of these, or write compartment.yml by hand: docs/compartment-yml.md',
		},
	);
};
