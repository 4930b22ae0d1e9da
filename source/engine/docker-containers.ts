import {EngineError, messageOf} from '../errors.ts';
import {containerLabels} from '../model/labels.ts';
import {type Connection, openStream} from './docker-connection.ts';
import {shown, statusOf} from './docker-errors.ts';
import {packFiles} from './docker-files.ts';
import {toEndpoint} from './docker-networks.ts';
import {toCreateOptions, toRestartPolicy} from './docker-spec.ts';
import type {Engine, Labels} from './engine.ts';
import {readJsonLines} from './lines.ts';

type Containers = Pick<
	Engine,
	'run' | 'create' | 'start' | 'stop' | 'rename' | 'setRestart' | 'remove' | 'wait' | 'writeFiles'
>;

/** A missing init program shows only when a container starts. */
const lacksInit = (error: unknown): boolean =>
	error instanceof EngineError && /docker-init|init binary/.test(error.message);

/** The engine does not start a container that somebody has paused. */
const isPaused = (error: unknown): boolean => statusOf(error) === 409 && /paused container/i.test(messageOf(error));

/** The lifecycle of containers. */
export function createContainers(connection: Connection): Containers {
	const {docker, attempt} = connection;
	const writeFiles: Engine['writeFiles'] = async (id, files) => {
		if (files.length === 0) return;
		const archive = await packFiles(files);
		await attempt(`write files into container ${shown(id)}`, () =>
			docker.getContainer(id).putArchive(archive, {path: '/'}),
		);
	};

	const readImageLabels = async (reference: string): Promise<Labels> => {
		const task = `inspect image ${shown(reference)}`;
		// A missing image is reported by the call that creates the container.
		const image = await attempt(task, () => docker.getImage(reference).inspect(), {fine: [404]});
		return image?.Config?.Labels ?? {};
	};

	const create: Engine['create'] = async spec => {
		const labels = containerLabels(spec.labels, spec.imageLabels ?? (await readImageLabels(spec.image)));
		const options = toCreateOptions({...spec, labels});
		const {id} = await attempt(`create container ${spec.name}`, () => docker.createContainer(options));
		for (const attachment of spec.attachments.slice(1)) {
			await attempt(`join container ${spec.name} to network ${attachment.network}`, () =>
				docker.getNetwork(attachment.network).connect({Container: id, EndpointConfig: toEndpoint(attachment)}),
			);
		}
		await writeFiles(id, spec.files ?? []);
		return id;
	};

	const start = async (id: string, name: string) => {
		const task = `start container ${name}`;
		try {
			await attempt(task, () => docker.getContainer(id).start(), {fine: [304]});
		} catch (error) {
			if (!isPaused(error)) throw error;
			// Another process may have done it meanwhile.
			await attempt(task, () => docker.getContainer(id).unpause(), {fine: [304, 409]});
		}
	};

	const remove = async (id: string): Promise<void> => {
		const task = `remove container ${shown(id)}`;
		try {
			// `v` removes anonymous volumes only; named ones stay.
			await attempt(task, () => docker.getContainer(id).remove({force: true, v: true}), {fine: [404]});
		} catch (error) {
			if (statusOf(error) !== 409) throw error;
			// Another removal is in progress: wait for it.
			await attempt(task, () => docker.getContainer(id).wait({condition: 'removed'}), {fine: [404]});
		}
	};

	const run: Engine['run'] = async spec => {
		const id = await create(spec);
		try {
			await start(id, spec.name);
			return id;
		} catch (error) {
			if (!spec.hasInit || !lacksInit(error)) throw error;
			await remove(id);
			return run({...spec, hasInit: false});
		}
	};

	return {
		create,
		run,
		start: id => start(id, shown(id)),
		writeFiles,

		stop: async (id, graceSeconds) => {
			const stop = () => docker.getContainer(id).stop({t: Math.ceil(graceSeconds)});
			await attempt(`stop container ${shown(id)}`, stop, {fine: [304, 404]});
		},

		rename: async (id, name) => {
			await attempt(`rename container ${shown(id)} to ${name}`, () => docker.getContainer(id).rename({name}));
		},

		setRestart: async (id, restart) => {
			await attempt(`set the restart policy of container ${shown(id)}`, () =>
				docker.getContainer(id).update({RestartPolicy: toRestartPolicy(restart)}),
			);
		},

		remove,

		wait: async (id, signal) => {
			// Read as a stream: the response starts at once and ends with the container, and dockerode's own call would
			// never notice that the engine went away in between.
			const wait = async () => {
				const path = `/containers/${id}/wait`;
				const answer = await openStream(connection, {method: 'POST', path, query: {}, signal});
				for await (const {StatusCode} of readJsonLines<{StatusCode: number}>(answer)) return StatusCode;
				throw new Error('the engine returned no exit code');
			};
			return attempt(`wait for container ${shown(id)}`, wait, {signal});
		},
	};
}
