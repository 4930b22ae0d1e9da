import {containerLabels} from '../model/labels.ts';
import type {ContainerFile, ContainerSpec, Engine} from './engine.ts';
import {refuseHiddenFiles} from './hidden-files.ts';
import {emit, endContainer, type Outcome, startContainer} from './memory-lifecycle.ts';
import {attach} from './memory-networks.ts';
import {
	fail,
	findContainer,
	findStoredImage,
	type MemoryContainer,
	requireContainer,
	type World,
} from './memory-world.ts';

type Containers = Pick<
	Engine,
	'run' | 'create' | 'start' | 'stop' | 'rename' | 'setRestart' | 'remove' | 'wait' | 'writeFiles' | 'readFiles'
>;

export function createMemoryContainers(world: World, outcomeOf: (spec: ContainerSpec) => Outcome): Containers {
	const create: Engine['create'] = async spec => {
		const task = `create container ${spec.name}`;
		refuseHiddenFiles(spec);
		const image = findStoredImage(world, spec.image) ?? fail(task, `No such image: ${spec.image}`, 404);
		refuseTakenName(world, spec.name, task);
		for (const name of Object.keys(spec.volumes ?? {})) if (!world.volumes.has(name)) world.volumes.set(name, {});
		const container: MemoryContainer = {
			id: world.nextId('container'),
			name: spec.name,
			spec,
			imageId: image.id,
			labels: {...image.labels, ...containerLabels(spec.labels, image.labels)},
			state: 'created',
			restart: spec.restart,
			attachments: new Map(spec.attachments.slice(0, 1).map(attachment => [attachment.network, attachment])),
			addresses: new Map(),
			files: new Map(),
			log: [],
			past: [],
			createdAt: world.now(),
			startedAt: undefined,
			finishedAt: undefined,
			exitCode: 0,
			isOutOfMemory: false,
			restartCount: 0,
			uptime: undefined,
			error: '',
		};
		world.containers.set(container.id, container);
		emit(world, container, 'create');
		for (const attachment of spec.attachments.slice(1)) {
			attach(world, container, attachment, `join container ${spec.name} to network ${attachment.network}`);
		}
		write(container, spec.files ?? []);
		return container.id;
	};

	const start = async (id: string) => {
		const container = requireContainer(world, id, `start container ${id}`);
		startContainer(world, container, outcomeOf);
	};

	return {
		create,
		start,
		run: async spec => {
			const id = await create(spec);
			await start(id);
			return id;
		},
		writeFiles: async (id, files) => write(requireContainer(world, id, `write files into container ${id}`), files),
		readFiles: async (id, folder) => {
			const below = `${folder}/`;
			const files = [...(findContainer(world, id)?.files ?? [])].filter(([path]) => path.startsWith(below));
			if (files.length === 0) return undefined;
			const named = files.map(([path, content]) => [path.slice(below.length), Buffer.from(content)] as const);
			return new Map(named.filter(([name]) => !name.includes('/')).sort(([a], [b]) => (a < b ? -1 : 1)));
		},
		stop: async id => {
			const container = findContainer(world, id);
			if (container) endContainer(world, container, 137);
		},
		rename: async (id, name) => {
			const task = `rename container ${id} to ${name}`;
			const container = requireContainer(world, id, task);
			refuseTakenName(world, name, task);
			container.name = name;
			emit(world, container, 'rename');
		},
		setRestart: async (id, restart) => {
			requireContainer(world, id, `set the restart policy of container ${id}`).restart = restart;
		},
		remove: async id => {
			const container = findContainer(world, id);
			if (!container) return;
			endContainer(world, container, 137);
			world.containers.delete(container.id);
			emit(world, container, 'destroy');
		},
		wait: (id, signal) =>
			new Promise((resolve, reject) => {
				const {id: full, state, exitCode} = requireContainer(world, id, `wait for container ${id}`);
				if (state !== 'running') return resolve(exitCode);
				const abort = () => {
					stop();
					reject(signal?.reason);
				};
				const stop = world.listen(event => {
					if (event?.id !== full || event.action !== 'die') return;
					stop();
					signal?.removeEventListener('abort', abort);
					resolve(Number(event.attributes['exitCode']));
				});
				if (signal?.aborted) abort();
				else signal?.addEventListener('abort', abort, {once: true});
			}),
	};
}

function write(container: MemoryContainer, files: readonly ContainerFile[]): void {
	for (const {path, content, target} of files) container.files.set(path, target ?? content);
}

function refuseTakenName(world: World, name: string, task: string): void {
	const owner = world.containers.values().find(container => container.name === name);
	if (owner) {
		fail(task, `Conflict. The container name "/${name}" is already in use by container "${owner.id}".`, 409);
	}
}
