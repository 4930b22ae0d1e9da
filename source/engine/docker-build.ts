import {BuildError, EngineError} from '../errors.ts';
import {type BuildMessage, createBuildReader} from './build-progress.ts';
import type {Connection} from './docker-connection.ts';
import {openStream} from './docker-connection.ts';
import {createImages} from './docker-images.ts';
import type {BuildRequest, Engine} from './engine.ts';
import {readJsonLines} from './lines.ts';

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
				const query = toQuery(request, hasKit);
				const archive = request.context;
				const answer = await openStream(connection, {method: 'POST', path: '/build', query, archive, signal});
				let failure: string | undefined;
				for await (const message of readJsonLines<BuildMessage>(answer)) {
					for (const progress of reader.push(message)) onProgress(progress);
					failure ??= message.errorDetail?.message ?? message.error;
				}
				signal?.throwIfAborted();
				if (failure !== undefined) throw new BuildError(`cannot ${task}: ${failure}`, reader.failure());
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
