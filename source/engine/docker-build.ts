import {BuildError, EngineError} from '../errors.ts';
import {registryOf} from '../registries/registry-name.ts';
import {type BuildMessage, createBuildReader} from './build-progress.ts';
import type {BuildSession} from './build-session/open-session.ts';
import type {Connection} from './docker-connection.ts';
import {openStream} from './docker-connection.ts';
import {createImages} from './docker-images.ts';
import type {BuildRequest, Engine} from './engine.ts';
import {readJsonLines} from './lines.ts';
import {explainBuilderPull} from './registry-access.ts';

/** Builds images with BuildKit, or with the classic builder if the engine lacks BuildKit. */
export function createBuilds(connection: Connection, hasBuildKit: () => Promise<boolean>): Pick<Engine, 'buildImage'> {
	const {attempt} = connection;
	const {findImage} = createImages(connection);

	return {
		buildImage: async (request, onProgress, signal) => {
			const task = `build image ${request.reference}`;
			const reader = createBuildReader();
			const hasKit = await hasBuildKit();
			const build = async () => {
				signal?.throwIfAborted();
				const stop = new AbortController();
				const both = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
				const session = hasKit ? await openSession(connection, request, both, () => stop.abort()) : undefined;
				const context = session
					? {query: {...toQuery(request, hasKit), remote: 'client-session', session: session.id}}
					: {query: toQuery(request, hasKit), archive: request.context};
				let failure: string | undefined;
				try {
					const answer = await openStream(connection, {method: 'POST', path: '/build', ...context, signal: both});
					for await (const message of readJsonLines<BuildMessage>(answer)) {
						for (const progress of reader.push(message)) onProgress(progress);
						failure ??= message.errorDetail?.message ?? message.error;
					}
				} catch (error) {
					throw session?.failure() ?? error;
				} finally {
					session?.close();
				}
				signal?.throwIfAborted();
				if (failure !== undefined)
					throw session?.failure() ?? (await failureOf(task, failure, request, reader.failure()));
			};
			try {
				await attempt(task, build, {signal});
			} finally {
				if ('destroy' in request.context && typeof request.context.destroy === 'function') request.context.destroy();
			}
			const image = await findImage(reader.imageId() ?? request.reference);
			if (!image)
				throw new EngineError(`cannot ${task}: the engine does not have it after the build`, {isAnswered: true});
			return image;
		},
	};
}

/** From this size on, asking which files BuildKit has takes less than sending them again. */
const sessionBytes = 1_000_000;

async function failureOf(
	task: string,
	failure: string,
	{pulls = []}: BuildRequest,
	step: BuildError['step'],
): Promise<BuildError> {
	const found = pulls.length === 0 ? undefined : await explainBuilderPull(failure, pulls);
	return new BuildError(
		`cannot ${task}: ${found?.message ?? failure}`,
		found ? undefined : step,
		found && {hint: found.hint},
	);
}

/**
 * Opens a session for a large context, or where the builder pulls images itself and may need credentials. Undefined for any other
 * build, or if the engine has no sessions.
 */
async function openSession(
	connection: Connection,
	{tree, dockerfile, pulls = []}: BuildRequest,
	signal: AbortSignal,
	onFailure: () => void,
): Promise<BuildSession | undefined> {
	const bytes = tree?.entries.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.size : 0), 0) ?? 0;
	if (!tree || (bytes < sessionBytes && pulls.length === 0)) return undefined;
	const hosts = pulls.map(registryOf);
	const {openBuildSession} = await import('./build-session/open-session.ts');
	return openBuildSession(connection, {tree, dockerfile, hosts}, {onFailure, signal}).catch(() => {
		signal.throwIfAborted();
		return undefined;
	});
}

const toQuery = ({reference, dockerfile, labels, args, target}: BuildRequest, hasBuildKit: boolean) => ({
	t: reference,
	dockerfile,
	labels: JSON.stringify(labels),
	buildargs: JSON.stringify(args),
	target,
	rm: 1,
	forcerm: 1,
	version: hasBuildKit ? 2 : 1,
});
