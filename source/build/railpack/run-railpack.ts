import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {isSteeringName} from '../../descriptor/steering-names.ts';
import type {BuildProgress, Engine, Image, Labels} from '../../engine/engine.ts';
import type {Variables} from '../../programs.ts';
import {packContext} from '../archive.ts';
import {hashText} from '../build-key.ts';
import type {PlannedBuild} from '../plan-build.ts';
import type {RailpackRequest} from './plan-railpack.ts';
import {runTool} from './run-tool.ts';
import {unpackContext} from './unpack-context.ts';

type RailpackEngine = Pick<Engine, 'clientVariables' | 'buildImage' | 'removeImage'>;

type Options = {
	readonly reference: string;
	readonly labels: Labels;
	readonly onProgress: (progress: BuildProgress) => void;
	readonly signal?: AbortSignal;
};

/** The BuildKit frontend for Railpack's plans; its version must match the CLI's. */
const frontend = 'ghcr.io/railwayapp/railpack-frontend';

/**
 * The variables for Railpack's environment, because every user on this machine can read a command line. Drops names that
 * would change how Railpack works; the descriptor rejects them too.
 */
const railpackVariables = (variables: Readonly<Record<string, string>>): Variables =>
	Object.fromEntries(Object.entries(variables).filter(([name]) => !isSteeringName(name)));

/** Writes each value to a file that only this user can read, and returns the arguments that pass them to buildx. */
async function writeSecrets(folder: string, variables: Readonly<Record<string, string>>): Promise<string[]> {
	await mkdir(folder, {mode: 0o700});
	const secrets: string[] = [];
	for (const [name, value] of Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1))) {
		const file = path.join(folder, name);
		await writeFile(file, value, {mode: 0o600, flag: 'wx'});
		secrets.push('--secret', `id=${name},src=${file}`);
	}
	return secrets;
}

type BuildFiles = {readonly plan: string; readonly source: string; readonly secrets: readonly string[]};

function buildxArguments(request: RailpackRequest, files: BuildFiles, reference: string): string[] {
	const {tools, variables, cacheKey} = request;
	const names = Object.keys(variables).sort();
	const secretsHash = hashText(JSON.stringify(names.map(name => [name, variables[name]])));
	const args = {
		BUILDKIT_SYNTAX: `${frontend}:v${tools.version}`,
		'secrets-hash': secretsHash,
		'cache-key': cacheKey,
	};
	return [
		...['buildx', 'build', '--progress', 'plain', '--load', '--tag', reference, '--file', files.plan],
		...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
		...files.secrets,
		files.source,
	];
}

/** Adds our labels and the reference to an image, because Railpack's frontend supports neither. */
async function adopt(engine: RailpackEngine, unlabelled: string, options: Options): Promise<Image> {
	const {reference, labels, onProgress, signal} = options;
	const context = packContext({entries: []}, {Dockerfile: `FROM ${unlabelled}\n`});
	const request = {context, dockerfile: 'Dockerfile', reference, labels, args: {}};
	return engine.buildImage(request, onProgress, signal);
}

/**
 * Builds with the Railpack CLI as described in its guide "Running Railpack in Production": `prepare` makes a plan, and its
 * frontend builds it with the variables as secrets. Throws a UserError with the last output lines of a failed tool.
 */
export async function runRailpack(
	engine: RailpackEngine,
	{context, railpack}: PlannedBuild & {readonly railpack: RailpackRequest},
	options: Options,
): Promise<Image> {
	const {tools, variables} = railpack;
	const folder = await mkdtemp(path.join(tmpdir(), 'compartment-railpack-'));
	const unlabelled = `${options.reference}-railpack`;
	const connection = await engine.clientVariables();
	const names = Object.keys(variables).sort();
	const step = async (name: string, file: string, args: readonly string[], given: Variables = {}) => {
		const report = (state: 'started' | 'done' | 'failed', durationMs?: number) =>
			options.onProgress({type: 'step', id: name, name, state, durationMs});
		const begun = performance.now();
		report('started');
		const onLine = (text: string) => options.onProgress({type: 'output', id: name, text});
		try {
			await runTool({file, args, variables: {...given, ...connection}, folder, name, onLine, signal: options.signal});
		} catch (error) {
			report('failed', performance.now() - begun);
			throw error;
		}
		report('done', performance.now() - begun);
	};
	try {
		const source = path.join(folder, 'source');
		const plan = path.join(folder, 'railpack-plan.json');
		const info = path.join(folder, 'railpack-info.json');
		const given = names.flatMap(name => ['--env', name]);
		const readable = railpackVariables(variables);
		await unpackContext(context, source);
		if (tools.docker !== undefined) {
			const prepare = ['prepare', source, '--plan-out', plan, '--info-out', info, ...given];
			await step('railpack prepare', tools.railpack, prepare, readable);
			const secrets = await writeSecrets(path.join(folder, 'secrets'), variables);
			await step('docker buildx build', tools.docker, buildxArguments(railpack, {plan, source, secrets}, unlabelled));
		} else {
			const cache = ['--cache-key', railpack.cacheKey];
			const build = ['build', '--name', unlabelled, '--progress', 'plain', ...cache, ...given, source];
			await step('railpack build', tools.railpack, build, readable);
		}
		return await adopt(engine, unlabelled, options);
	} finally {
		await rm(folder, {recursive: true, force: true});
		await engine.removeImage(unlabelled).catch(() => undefined);
	}
}
