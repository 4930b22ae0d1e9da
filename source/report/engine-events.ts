import type {EngineEvent} from '../engine/engine.ts';
import {imageLabels, labels} from '../model/labels.ts';
import {environmentSlug} from '../model/names.ts';
import type {State} from '../state/state.ts';

/** What the engine says has happened to an object of ours. Texts are unsanitised. */
export type OwnEvent = {
	/** Milliseconds since the epoch. */
	readonly at: number;
	/** Null for what all environments share, such as the router. */
	readonly environment: string | null;
	/** Address, such as `service.web`; the name where there is none. */
	readonly object: string;
	/** The deployment of a container. */
	readonly deployment: string | undefined;
	/** `ended, exit code 1`. */
	readonly text: string;
	readonly severity: 'normal' | 'good' | 'warning' | 'bad';
};

/** The objects of a project whose events do not say whose they are, as its states record them. */
export type KnownObjects = {
	readonly project: string;
	readonly routerName: string;
	/** By the container's id. */
	readonly containers: Pick<ReadonlyMap<string, NamedObject>, 'get'>;
	/** By the name of the network or volume. */
	readonly networks: ReadonlyMap<string, NamedObject>;
	readonly volumes: ReadonlyMap<string, NamedObject>;
};

type NamedObject = {readonly environment: string | null; readonly object: string};

/** Collects the objects that the states of a project's environments record. */
export function knownObjects(project: string, states: readonly State[], routerName: string): KnownObjects {
	const placesOf = (entriesOf: (state: State) => readonly (readonly [name: string | undefined, object: string])[]) =>
		new Map(
			states.flatMap(state =>
				entriesOf(state).flatMap(([name, object]) =>
					name === undefined ? [] : [[name, {environment: state.environment, object}] as const],
				),
			),
		);
	return {
		project,
		routerName,
		containers: placesOf(({resources, deployments}) => [
			...Object.values(resources).map(({name, containerId}) => [containerId, `resource.${name}`] as const),
			...Object.values(deployments).map(({service, containerId}) => [containerId, `service.${service}`] as const),
		]),
		networks: placesOf(({networks}) =>
			[networks, networks?.other].flatMap(pair =>
				pair ? [[pair.environment.name, 'network'] as const, [pair.mesh.name, 'network'] as const] : [],
			),
		),
		volumes: placesOf(({volumes}) => Object.entries(volumes).map(([address, {name}]) => [name, address] as const)),
	};
}

/** Containers carry our labels, and the router and the agent theirs; one that was adopted in place is known by its id. */
function containerPlace({id, attributes}: EngineEvent, known: KnownObjects): NamedObject | undefined {
	const {[labels.project]: project, [labels.environment]: environment, [labels.address]: address} = attributes;
	if (attributes[labels.router] === 'true')
		return attributes['name'] === known.routerName ? {environment: null, object: 'router'} : undefined;
	if (attributes[labels.agent]) return {environment: null, object: 'agent'};
	if (project === known.project && environment !== undefined) return {environment, object: address ?? 'container'};
	return known.containers.get(id);
}

/** A network or volume that no state records yet, or any more, is ours by its name. */
function namedPlace(
	name: string,
	places: ReadonlyMap<string, NamedObject>,
	{project}: KnownObjects,
): NamedObject | undefined {
	const place = places.get(name);
	if (place) return place;
	const prefix = `compartment-${project}.`;
	if (!name.startsWith(prefix)) return undefined;
	const slug = name.slice(prefix.length).split('.', 1)[0]!;
	const sibling = [...places.values()].find(
		({environment}) => environment !== null && environmentSlug(environment) === slug,
	);
	return {environment: sibling?.environment ?? slug, object: name.slice(prefix.length + slug.length + 1) || 'network'};
}

function imagePlace({attributes}: EngineEvent, {project}: KnownObjects): NamedObject | undefined {
	const {
		[imageLabels.project]: own,
		[imageLabels.environment]: environment,
		[imageLabels.address]: address,
	} = attributes;
	return own === project ? {environment: environment ?? null, object: address ?? 'image'} : undefined;
}

function placeOf(event: EngineEvent, known: KnownObjects): NamedObject | undefined {
	switch (event.object) {
		case 'container':
			return containerPlace(event, known);
		case 'network':
			return namedPlace(event.attributes['name'] ?? '', known.networks, known);
		case 'volume':
			return namedPlace(event.id, known.volumes, known);
		case 'image':
			return imagePlace(event, known);
	}
}

const signals: Readonly<Record<string, string>> = {1: 'SIGHUP', 2: 'SIGINT', 3: 'SIGQUIT', 9: 'SIGKILL', 15: 'SIGTERM'};

/** What a program returns that ended because it was asked to. */
const stopped = ['0', '143'];

type Words = Pick<OwnEvent, 'text' | 'severity'>;

function endWords(exitCode: string | undefined): Words {
	if (exitCode === undefined) return {text: 'ended', severity: 'warning'};
	const severity = stopped.includes(exitCode) ? 'normal' : exitCode === '137' ? 'warning' : 'bad';
	return {text: `ended, exit code ${exitCode}`, severity};
}

const plainWords: Readonly<Record<string, string>> = {
	create: 'created',
	restart: 'restarted',
	stop: 'stopped',
	pause: 'paused',
	unpause: 'continued',
	rename: 'renamed',
	update: 'changed',
	destroy: 'removed',
	remove: 'removed',
	delete: 'removed',
	tag: 'got a tag',
	untag: 'lost a tag',
	pull: 'pulled',
	load: 'loaded',
	import: 'imported',
	connect: 'a container joined',
	disconnect: 'a container left',
};

/** What happened, in words; undefined for what only repeats another event. */
function wordsOf({action, object, attributes}: EngineEvent, known: KnownObjects): Words | undefined {
	if (action === 'die') return endWords(attributes['exitCode']);
	if (action === 'oom') return {text: 'out of memory', severity: 'bad'};
	if (action === 'start') return {text: 'started', severity: 'good'};
	if (action === 'kill') return {text: `got ${signals[attributes['signal'] ?? ''] ?? 'a signal'}`, severity: 'normal'};
	if (action.startsWith('health_status')) {
		const text = action.replace(/^health_status:? */, '');
		return {text: `is ${text || 'checked'}`, severity: text === 'unhealthy' ? 'bad' : 'good'};
	}
	const text = plainWords[action];
	if (text === undefined) return undefined;
	const who = object === 'network' ? known.containers.get(attributes['container'] ?? '')?.object : undefined;
	return {text: who === undefined ? text : text.replace('a container', who), severity: 'normal'};
}

/** The event if it is about an object of the project, the router or the agent; undefined for those of others. Pure. */
export function describeEvent(event: EngineEvent, known: KnownObjects): OwnEvent | undefined {
	const place = placeOf(event, known);
	const words = place && wordsOf(event, known);
	if (!place || !words) return undefined;
	return {at: event.at, ...place, deployment: event.attributes[labels.deployment], ...words};
}
