import {adviceForKey} from '../../descriptor/compose-words.ts';
import type {Path} from '../../descriptor/problem.ts';
import {mapOf} from '../../descriptor/rules/raw.ts';
import {command, type Hint, hint} from '../../hint.ts';
import type {NoteKind} from '../result.ts';

type Advice = {readonly kind: NoteKind; readonly message: Hint};

const omitted = (message: Hint): Advice => ({kind: 'omitted', message});
const missing = (message: Hint): Advice => ({kind: 'missing', message});

const notSupported = 'is not supported here; see "What is not supported" in docs/compartment-yml.md';

const names = omitted('every environment has a network; services find each other by name');

const inService: Readonly<Record<string, Advice>> = {
	networks: names,
	container_name: omitted('services find each other by name'),
	hostname: omitted('services find each other by name'),
	domainname: omitted('services find each other by name'),
	links: omitted('services find each other by name; an alias is not carried over'),
	external_links: missing('only containers of the same environment are reached by name'),
	init: omitted('services run under an init'),
	stdin_open: omitted('a service has no terminal'),
	tty: omitted('a service has no terminal'),
	attach: omitted('logs follows any service'),
	pull_policy: omitted('an image is pulled when the engine does not have it'),
	develop: omitted('an apply builds what has changed'),
	profiles: omitted('the service is in the file; remove it where it should not run'),
	logging: omitted('logs are read from the engine; its own settings say how long it keeps them'),
	image: omitted('names the image that is built; images are named after services here'),
	healthcheck: omitted('the rest of the healthcheck does not apply'),
	platform: missing('images are for the platform of the engine'),
	platforms: missing('images are for the platform of the engine'),
	network_mode: missing(
		'a service is on the network of its environment; it cannot share that of the host or of another container',
	),
	stop_grace_period: missing('drainSeconds in the settings says how long a service may finish its requests'),
	stop_signal: missing('a service is stopped with SIGTERM; STOPSIGNAL in the image changes it'),
	user: missing('the image says which user runs it: write USER in its Dockerfile'),
	working_dir: missing('the image says where it starts: write WORKDIR in its Dockerfile'),
	tmpfs: missing('a container has no file system in memory: the program writes to its own layer'),
	read_only: missing('a container’s own layer is writable'),
	shm_size: missing('shared memory is 64 MB: set the program to use less'),
	mem_reservation: missing('only limits are kept: limits: {memory: 512m}'),
	volumes_from: missing('a volume has one owner'),
	configs: missing('copy the file into the image, or write secretFiles'),
	extra_hosts: missing('a service resolves names of its environment and of DNS only'),
	labels: missing('containers carry labels of Compartment only; a host is written as domain'),
	deploy: missing('has no counterpart: a service runs one container, which an apply replaces without losing a request'),
	ports: missing('the router publishes one HTTP port for each service'),
	build: missing('this part of the build has no counterpart: write it in the Dockerfile'),
	depends_on: omitted(
		'a service starts when the resources that it connects to are ready; services do not wait for each other',
	),
	expose: omitted('other services reach every port'),
	environment: missing('was not understood'),
	volumes: missing('was not understood'),
};

const inDeploy: Readonly<Record<string, Advice>> = {
	update_config: omitted('an apply starts the new container beside the old one, and switches when it is ready'),
	rollback_config: omitted(hint`${command('rollback')} runs the previous deployment again`),
	mode: omitted('a service runs one container'),
	endpoint_mode: omitted('services find each other by name'),
	placement: missing(
		hint`an environment runs on one engine: ${command('environment create', 'NAME', '--engine', 'MACHINE')}`,
	),
	restart_policy: omitted('the engine decides how soon it restarts a container'),
	labels: inService['labels']!,
};

const atTop: Readonly<Record<string, Advice>> = {
	version: omitted('has no meaning any more'),
	name: omitted('is the name of the project'),
	networks: names,
	volumes: omitted('volumes are declared where they are used'),
	secrets: omitted('is not used by any service'),
	configs: omitted('is not used by any service'),
};

const ofVolume: Readonly<Record<string, Advice>> = {
	external: missing('its data stays in that volume: import makes a new one'),
	name: omitted('volumes are named after their project, service and environment'),
	driver: missing('volumes are local to the engine'),
	driver_opts: missing('volumes are local to the engine, without options'),
	labels: inService['labels']!,
};

const own = (table: Readonly<Record<string, Advice>>, key: unknown): Advice | undefined =>
	typeof key === 'string' && Object.hasOwn(table, key) ? table[key] : undefined;

/** What to do about a key of a Compose file that nothing else has accounted for. */
export function adviseCompose(path: Path, value: unknown): Advice {
	const [section, , key, inner] = path;
	if (String(path.at(-1)).startsWith('x-') || String(section).startsWith('x-') || String(key).startsWith('x-'))
		return omitted('an extension: where it is merged into a service, it is carried over there');
	if (path.length === 1) return own(atTop, section) ?? missing(notSupported);
	if (section === 'networks') return names;
	if (section === 'volumes') {
		const told = key ?? ['external', 'driver', 'driver_opts'].find(name => name in mapOf(value));
		return own(ofVolume, told) ?? omitted('volumes are declared where they are used');
	}
	if (section === 'secrets' || section === 'configs')
		return key === 'external' || 'external' in mapOf(value)
			? missing('is kept outside of the file: set the variable with its value')
			: (own(atTop, section) ?? missing(notSupported));
	if (section !== 'services' || typeof key !== 'string') return own(atTop, section) ?? missing(notSupported);
	if (key === 'deploy') {
		if (inner === 'resources') return missing('only limits of processor, memory and processes are kept');
		return own(inDeploy, inner) ?? inService['deploy']!;
	}
	const known = own(inService, key);
	if (known) return known;
	const word = adviceForKey(['services', String(path[1])], key, mapOf(value));
	return missing(word ?? notSupported);
}
