import {describe, expect, it} from 'vitest';
import type {Raw} from '../../source/descriptor/rules/raw.ts';
import {importText} from './support.ts';

const servicesOf = (text: string): Raw => importText(`services:\n${text}`).descriptor['services'] as Raw;

const notesOf = (text: string, key: string): string[] =>
	importText(`services:\n${text}`)
		.notes.filter(({path}) => path === key)
		.map(({kind, message}) => `${kind}: ${String(message)}`);

/** A service beside a public one. */
const beside = (fields: string, other = ''): unknown =>
	servicesOf(`  web: {image: w, ports: [80]${other}}\n  own: {image: o, ${fields}}\n`)['own'];

describe('who reaches a service', () => {
	it.each([
		['ports: ["8080:3000"]', {accessMode: 'public', port: 3000}],
		['ports: ["127.0.0.1:8080:3000/tcp", "53:53/udp"]', {accessMode: 'public', port: 3000}],
		['ports: ["[::1]:9000-9001:4000-4001"]', {accessMode: 'public', port: 4000}],
		['ports: ["5432:5432", {target: 8000}]', {accessMode: 'public', port: 8000}],
		['expose: [4000]', {kind: 'api', port: 4000}],
		['environment: [PORT=5000]', {kind: 'api', port: 5000, env: {PORT: '5000'}}],
		['labels: {traefik.http.services.a.loadbalancer.server.port: 6000}', {kind: 'api', port: 6000}],
		[
			'healthcheck: {test: "wget -q http://localhost:7000/up"}',
			{kind: 'api', port: 7000, readiness: {type: 'http', path: '/up', timeoutMs: 90_000}},
		],
		['ports: ["1883:1883"]', {kind: 'worker'}],
		['tty: true', {kind: 'worker'}],
	])('%s', (fields, expected) => {
		expect(beside(fields)).toEqual({image: 'o', ...expected});
	});

	it('others say its port, depend on it, or wait for its end', () => {
		expect(beside('tty: true', ', environment: {OWN: "http://own:9000/x"}')).toEqual({
			image: 'o',
			kind: 'api',
			port: 9000,
		});
		expect(beside('tty: true', ', depends_on: [own]')).toEqual({image: 'o', kind: 'api'});
		const end = ', depends_on: {own: {condition: service_completed_successfully}}';
		expect(beside('volumes: ["dd:/d"]', end)).toEqual({image: 'o', kind: 'job', volumes: {dd: '/d'}});
	});

	it('the only service has a host, behind the access password', () => {
		expect(servicesOf('  own: {image: o}\n')).toEqual({own: {image: 'o'}});
	});
});

describe('how a service runs', () => {
	it.each([
		['restart: always', {run: {restart: {policy: 'unless-stopped'}}}],
		['restart: "no"', {run: {restart: {policy: 'no'}}}],
		['restart: on-failure:3', {run: {restart: {policy: 'on-failure', maxRetries: 3}}}],
		[
			'deploy: {restart_policy: {condition: on-failure, max_attempts: 2}}',
			{run: {restart: {policy: 'on-failure', maxRetries: 2}}},
		],
		[
			'deploy: {resources: {limits: {cpus: "0.5", memory: 1G, pids: 100}}}',
			{limits: {cpu: 0.5, memory: '1g', pids: 100}},
		],
		['cpus: 2, mem_limit: 536870912', {limits: {cpu: 2, memory: 536_870_912}}],
		['entrypoint: ["/bin/a b", "-x"], command: go $$HOME', {run: {command: "'/bin/a b' -x go '$HOME'"}}],
		['command: [sh, -c, "a && b"]', {run: {command: 'a && b'}}],
		['command: a \'b c\' "d\\"e" f\\ g', {run: {command: `a 'b c' 'd"e' 'f g'`}}],
		['command: [--flag]', {}],
		['command: a --password hunter2', {}],
		['command: [sh, -c, "export API_TOKEN=hunter2; a"]', {}],
		['command: a http://b/?token=hunter2', {}],
		['healthcheck: {test: "curl http://localhost/?key=hunter2"}', {}],
		[
			'volumes: ["Big Data:/data", "/anon", "./x:/x", {type: volume, source: s, target: /s}]',
			{volumes: {'big-data': {path: '/data', exclusive: true}, s: {path: '/s', exclusive: true}}},
		],
	])('%s', (fields, expected) => {
		expect(beside(`ports: [80], ${fields}`)).toEqual({image: 'o', accessMode: 'public', port: 80, ...expected});
	});

	it('a build becomes a path, with its Dockerfile and its arguments', () => {
		expect(servicesOf('  own: {build: ./own, image: x, ports: [80]}\n')).toEqual({
			own: {path: './own', accessMode: 'public', port: 80},
		});
		const build = '{context: .., dockerfile: docker/own, args: [MODE=fast, HTTP_PROXY=x], target: last}';
		expect(servicesOf(`  own: {build: ${build}, ports: [80]}\n`)).toEqual({
			own: {
				...{path: '..', dockerfile: '../docker/own', accessMode: 'public', port: 80},
				...{build: {env: ['MODE']}, env: {MODE: 'fast'}},
			},
		});
	});

	it('a command for what a Dockerfile builds is listed', () => {
		expect(notesOf('  own: {build: ., command: run, ports: [80]}\n', 'services.own.command')).toEqual([
			'missing: a service that is built from a Dockerfile starts as that says: write CMD there',
		]);
	});

	it('a volume of two services belongs to the first', () => {
		const text = '  a: {image: a, ports: [80], volumes: ["dd:/d"]}\n  b: {image: b, volumes: ["dd:/d"]}\n';
		expect(servicesOf(text)).toMatchObject({a: {volumes: {dd: {path: '/d'}}}, b: {image: 'b', kind: 'worker'}});
		expect(notesOf(text, 'services.b.volumes[0]')).toEqual([
			'missing: the volume dd belongs to a here; one volume has one owner',
		]);
	});
});

it('profiles that nobody asked for are listed, and added with --profile', () => {
	const text = 'services: {web: {image: a, ports: [80]}, debug: {image: b, profiles: [dev, test]}}';
	expect(importText(text).notes).toEqual([
		{
			path: 'services.debug',
			kind: 'missing',
			message: 'is only for the profile dev, test: to import it too, add --profile dev',
		},
	]);
	for (const profile of ['test', '*'])
		expect(Object.keys(importText(text, {}, {profiles: [profile]}).descriptor['services'] as Raw)).toEqual([
			'web',
			'debug',
		]);
});

describe('a rule of Traefik is a hint', () => {
	const adviceOf = (rule: string): string => {
		const {notes, descriptor} = importText(
			`services: {api: {image: a, ports: [80], labels: {traefik.http.routers.x.rule: ${JSON.stringify(rule)}}}}`,
		);
		expect(descriptor['services']).toEqual({api: {image: 'a', accessMode: 'public', port: 80}});
		return String(notes.find(({kind}) => kind === 'missing')?.message);
	};

	it.each([
		['Host(`a.example.com`)', 'for this host write kind: web, accessMode: public and domain: a.example.com'],
		[
			'Host(`a.example.com`) && PathPrefix(`/api/`)',
			'import makes no route: write {on: SERVICE, path: /api/*, to: api} in compartment.routes.yml, where SERVICE is the one with domain: a.example.com',
		],
		['Path("/hook")', 'write {on: SERVICE, path: /hook, to: api}'],
		['PathPrefix(`/`)', 'hosts are written as domain, and paths in compartment.routes.yml'],
		['PathPrefix(`/{id:[0-9]+}`)', 'of which import makes no route: hosts are written'],
		['HostRegexp(`.+`)', 'of which import makes no route: hosts are written'],
	])('%s', (rule, advice) => expect(adviceOf(rule)).toContain(advice));
});
