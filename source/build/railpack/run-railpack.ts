import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {BuildProgress, Engine, Image, Labels} from '../../engine/engine.ts';
import {packContext} from '../archive.ts';
import {hashText} from '../build-key.ts';
import type {PlannedBuild} from '../plan-build.ts';
import type {RailpackRequest} from './plan-railpack.ts';
import {runTool} from './run-tool.ts';
import {unpackContext} from './unpack-context.ts';

type RailpackEngine = Pick<Engine, 'address' | 'buildImage' | 'removeImage'>;

type Options = {
	readonly reference: string;
	readonly labels: Labels;
	readonly onProgress: (progress: BuildProgress) => void;
	readonly signal?: AbortSignal;
};

/** Image of the frontend that turns Railpack's plans into builds; its version must be that of the CLI. */
const frontend = 'ghcr.io/railwayapp/railpack-frontend';

/** The environment of the tools: the user's own, the variables of the build, and the engine that we are connected to. */
function toolEnvironment({variables}: RailpackRequest, address: string): NodeJS.ProcessEnv {
	const isHost = /^(?:unix|tcp|ssh|npipe):\/\//.test(address);
	return {...process.env, ...variables, ...(isHost && {DOCKER_HOST: address})};
}

function buildxArguments(request: RailpackRequest, files: {plan: string; source: string}, reference: string): string[] {
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
		...names.flatMap(name => ['--secret', `id=${name},env=${name}`]),
		files.source,
	];
}

/** Gives an image our labels and its name: the frontend of Railpack takes neither. */
async function adopt(engine: RailpackEngine, unlabelled: string, options: Options): Promise<Image> {
	const {reference, labels, onProgress, signal} = options;
	const context = packContext({entries: []}, {Dockerfile: `FROM ${unlabelled}\n`});
	const request = {context, dockerfile: 'Dockerfile', reference, labels, args: {}};
	return engine.buildImage(request, onProgress, signal);
}

/**
 * Builds with the Railpack CLI as its guide "Running Railpack in Production" says: `prepare` makes a plan, and its
 * frontend builds it with the variables as secrets. The tools get names of variables as arguments and their values in
 * the environment. Throws a UserError with the last lines of a tool that fails.
 */
export async function runRailpack(
	engine: RailpackEngine,
	{context, railpack}: PlannedBuild & {readonly railpack: RailpackRequest},
	options: Options,
): Promise<Image> {
	const {tools, variables} = railpack;
	const folder = await mkdtemp(path.join(tmpdir(), 'compartment-railpack-'));
	const unlabelled = `${options.reference}-railpack`;
	const env = toolEnvironment(railpack, engine.address);
	const names = Object.keys(variables).sort();
	const step = async (name: string, file: string, args: readonly string[]) => {
		const report = (state: 'started' | 'done' | 'failed', durationMs?: number) =>
			options.onProgress({type: 'step', id: name, name, state, durationMs});
		const begun = performance.now();
		report('started');
		const onLine = (text: string) => options.onProgress({type: 'output', id: name, text});
		try {
			await runTool({file, args, env, name, onLine, signal: options.signal});
		} catch (error) {
			report('failed', performance.now() - begun);
			throw error;
		}
		report('done', performance.now() - begun);
	};
	try {
		const files = {source: path.join(folder, 'source'), plan: path.join(folder, 'railpack-plan.json')};
		const info = path.join(folder, 'railpack-info.json');
		const given = names.flatMap(name => ['--env', name]);
		await unpackContext(context, files.source);
		if (tools.driver === 'buildx') {
			const prepare = ['prepare', files.source, '--plan-out', files.plan, '--info-out', info, ...given];
			await step('railpack prepare', tools.railpack, prepare);
			await step('docker buildx build', 'docker', buildxArguments(railpack, files, unlabelled));
		} else {
			const cache = ['--cache-key', railpack.cacheKey];
			const build = ['build', '--name', unlabelled, '--progress', 'plain', ...cache, ...given, files.source];
			await step('railpack build', tools.railpack, build);
		}
		return await adopt(engine, unlabelled, options);
	} finally {
		await rm(folder, {recursive: true, force: true});
		await engine.removeImage(unlabelled).catch(() => undefined);
	}
}
