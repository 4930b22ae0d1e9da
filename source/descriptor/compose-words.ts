import type {Path} from './problem.ts';

type Words = Readonly<Record<string, string>>;

const noPublishedPorts =
	'the router publishes services: write port for the port that the service listens on, accessMode: public, and domain';
const notSupported = 'is not supported; see "What is not supported" in docs/compartment-yml.md';
const secretVariable =
	'store the value with the command variable set NAME --sensitive; for a file write secretFiles: {NAME: /path}';

/** What to write in a service instead of a key of Docker Compose. */
const inService: Words = {
	environment: 'write env, as a map',
	env_file: 'write env, or import the file with the command variable import --file .env --service NAME',
	healthcheck: 'write readiness: {type: http, path: /healthz}',
	command: 'write run: {command: …}, as one string',
	entrypoint: 'write run: {command: …}, as one string',
	restart: 'write run: {restart: {policy: on-failure}}',
	depends_on:
		'write connections to resources, which are ready before the service starts; services do not wait for each other',
	ports: noPublishedPorts,
	expose: 'write port for the port that the service listens on; other services reach every port',
	secrets: secretVariable,
	secret: secretVariable,
	configs: 'copy the file into the image, or write secretFiles',
	networks: 'leave it out: each environment has its own network, where services find each other by name',
	container_name: 'leave it out: services find each other by name',
	hostname: 'leave it out: services find each other by name; domain adds a public host',
	deploy: 'write limits: {cpu: 0.5, memory: 512m}; a service runs one container',
	cpus: 'write limits: {cpu: 0.5}',
	mem_limit: 'write limits: {memory: 512m}',
	cpu: 'write limits: {cpu: 0.5}',
	memory: 'write limits: {memory: 512m}',
	public: 'write accessMode: public',
	envFrom: 'store the values with the command variable import --file .env --service NAME',
	...Object.fromEntries(
		['privileged', 'cap_add', 'devices', 'user', 'working_dir', 'network_mode', 'extra_hosts', 'labels', 'logging'].map(
			key => [key, notSupported],
		),
	),
};

const inResource: Words = {
	environment: 'write env, as a map; for a generated password write generatedVariables',
	healthcheck: 'write readiness: {type: tcp, port: 5432}',
	depends_on: 'resources do not wait for each other',
	secrets:
		'store the value with the command variable set NAME --resource NAME --sensitive, or write generatedVariables',
	networks: inService['networks']!,
	container_name: inService['container_name']!,
	expose: 'write ports',
	schedule: 'write operations: {backup: {command: …, schedule: {interval: daily}}}',
	backup: 'write operations: {backup: {command: …}}',
};

const atTop: Words = {
	version: 'leave it out: compartment.yml needs no version',
	volumes: 'declare volumes in the resource or service that uses them, as volumes: {data: /var/lib/data}',
	networks: inService['networks']!,
	secrets: secretVariable,
	configs: inService['configs']!,
	routes: 'write them in compartment.routes.yml',
	env: 'write env in each service, or use the command variable set NAME VALUE',
	environments:
		'every command takes --env NAME; set what differs as a variable, with the command variable set NAME VALUE --env NAME',
};

const own = (words: Words, key: string): string | undefined => (Object.hasOwn(words, key) ? words[key] : undefined);

/** What to write instead of an unknown key that other tools have; undefined for any other key. */
export function adviceForKey([section, ...rest]: Path, key: string, value: unknown): string | undefined {
	if (section === undefined) return own(atTop, key);
	if (rest.length !== 1) return undefined;
	if (section === 'services' && key === 'public' && value === false)
		return 'write kind: api, which only the other services and route rules reach';
	if (section === 'services') return own(inService, key);
	return section === 'resources' ? own(inResource, key) : undefined;
}

/** What to write instead of a value of a type that other tools allow there; undefined for any other value. */
export function adviceForValue([section, ...rest]: Path, value: unknown): string | undefined {
	if (rest.length !== 2 || (section !== 'services' && section !== 'resources')) return undefined;
	const field = rest[1];
	if (section === 'services' && field === 'build' && typeof value === 'string')
		return 'write path for the folder to build';
	if (field === 'env' && Array.isArray(value)) return 'write NAME: value, one per line, without dashes';
	if (section === 'services' && field === 'ports') return noPublishedPorts;
	if (section === 'resources' && field === 'restart' && typeof value === 'string') return 'write restart: {policy: …}';
	if (field === 'volumes' && Array.isArray(value)) return 'write name: /path, one per line, without dashes';
	return undefined;
}
