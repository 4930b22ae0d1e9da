import path from 'node:path';
import type {Service} from '../descriptor/project.ts';
import {joinPath} from '../detect/source-files.ts';
import {UserError} from '../errors.ts';
import {hashText} from './build-key.ts';
import type {DetectedBuilder} from './choose.ts';
import type {HashedContext} from './content-hash.ts';
import {contextFiles} from './context-files.ts';
import type {DetectedInputs} from './manifest.ts';
import {type Detected, describeStacks, writeRecipe} from './recipes/write-recipe.ts';
import {type SourceSelection, serviceFolderOf} from './select-source.ts';

/** A build without a Dockerfile of the user: its generated files and their explanation. */
export type WrittenBuild = {
	readonly inputs: DetectedInputs;
	/** Files for the archive, `Dockerfile` among them. */
	readonly files: Readonly<Record<string, string>>;
	/** `built-in: node 24, npm ci, \`node server.js\` (railpack not found)`. */
	readonly reason: string;
};

/** The folder that a static service publishes, inside the service's folder (docs/rules.md, "Detected builds"). */
function outputFolderOf(service: Service, serviceFolder: string): string | undefined {
	const {outputDirectory} = service.build;
	if (outputDirectory === undefined) return undefined;
	const folder = path.posix.normalize(outputDirectory.replaceAll('\\', '/')).replace(/\/+$/, '');
	const isInService = !path.posix.isAbsolute(folder) && folder !== '.' && !folder.split('/').includes('..');
	if (!isInService || folder.includes('\0') || /^[A-Za-z]:/.test(folder)) {
		throw new UserError(
			'build.outputDirectory must be a relative path inside the service directory and must not resolve to the service root.',
		);
	}
	return joinPath(serviceFolder, folder);
}

function describe({stack, versions, commands, notes}: Detected, builder: DetectedBuilder): string {
	const {install, build, start, serve} = commands;
	const tools = Object.entries(versions).map(([tool, version]) => `${tool} ${version}`);
	const parts = [
		...(tools.length > 0 ? tools : [stack]),
		install,
		build && `\`${build}\``,
		start && `\`${start}\``,
		serve && `files of ${serve}`,
		...notes,
	];
	return `built-in: ${parts.filter(Boolean).join(', ')} (${builder.reason})`;
}

/** Adds the service's name to an error: the detector knows only files. */
function nameService(error: unknown, {name}: Service): unknown {
	if (!(error instanceof UserError)) return error;
	return new UserError(`services.${name}: ${error.message}`, {hint: error.hint, cause: error});
}

/**
 * Detects the stack of a source and generates its Dockerfile. Throws a UserError that lists what was looked for if no
 * stack matches.
 */
export async function planDetected(
	service: Service,
	selection: SourceSelection,
	context: HashedContext,
	builder: DetectedBuilder,
): Promise<WrittenBuild> {
	const {command, packages, env} = service.build;
	const serviceFolder = serviceFolderOf(selection);
	const detected = await writeRecipe({
		files: contextFiles(context),
		serviceFolder,
		command,
		runCommand: service.run.command,
		packages,
		env,
		outputFolder: outputFolderOf(service, serviceFolder),
	}).catch((error: unknown) => {
		throw nameService(error, service);
	});
	if (!detected) {
		const lines = [...builder.lookedFor, ...describeStacks()].map(line => `\n  ${line}`).join('');
		throw new UserError(`Cannot detect how to build service "${service.name}". Looked for:${lines}`, {
			hint: `Add a Dockerfile to ${service.path ?? service.context}, or name one with services.${service.name}.dockerfile.`,
		});
	}
	const {stack, versions, commands, dockerfile} = detected;
	const files = {Dockerfile: dockerfile, ...detected.files};
	const text = hashText(JSON.stringify(Object.entries(files)));
	return {inputs: {stack, versions, commands, text}, files, reason: describe(detected, builder)};
}
