import {expect, it} from 'vitest';
import {db, read, route, web} from './support.ts';

const two =
	'name: app\nservices: {web: ., api: {path: a, kind: api}, site: {path: b, accessMode: public, kind: api}}\n';

it('a cron service without a schedule gets a warning', () => {
	expect(read(web('{path: ., kind: cron}')).warnings).toEqual([
		'compartment.yml:3:3 services.web: has no schedule; run it with the command job run web',
	]);
	expect(read(web("{path: ., kind: cron, schedule: {cron: '0 2 * * *'}}")).warnings).toEqual([]);
});

it('a route from a public service to an authenticated one gets a warning', () => {
	const text = 'name: app\nservices: {web: {path: ., accessMode: public}, backoffice: {path: b, kind: api}}\n';
	const rule = route('{on: web, path: /api/*, to: backoffice, stripPrefix: /api}');
	expect(read(text, rule).warnings).toEqual([
		'compartment.routes.yml:3:33 routes[0].to: visitors of the public service "web" get 401 at /api/*, because "backoffice" asks for the access password; set accessMode: public on "backoffice" too, or remove it from "web"',
	]);
	expect(read(text.replace('b, kind', 'b, accessMode: public, kind'), rule).warnings).toEqual([]);
	expect(read(text.replace(', accessMode: public', ''), rule).warnings).toEqual([]);
});

it('maxRetries, which can keep a service down, gets a warning', () => {
	expect(read(web('{path: ., kind: web, run: {restart: {policy: on-failure, maxRetries: 3}}}')).warnings).toEqual([
		'compartment.yml:3:65 services.web.run.restart.maxRetries: keeps Docker from restarting the service when the engine restarts; leave it out if that matters',
	]);
});

it('readiness of a job gets a warning', () => {
	expect(read(web('{path: ., kind: job, readiness: {type: http}}')).warnings).toEqual([
		'compartment.yml:3:29 services.web.readiness: has no effect on kind: job, which runs to completion',
	]);
});

it('runtime packages of a static service get a warning', () => {
	const site = (packages: string) =>
		read(web(`{path: ., kind: static, build: {outputDirectory: dist, packages: ${packages}}}`)).warnings;
	expect(site('{build: [imagemagick], runtime: [curl]}')).toEqual([
		'compartment.yml:3:96 services.web.build.packages.runtime: has no effect on kind: static, which publishes only files; list build tools under build',
	]);
	expect(site('{build: [imagemagick]}')).toEqual([]);
});

it('an unknown placeholder in an output gets a warning', () => {
	const text = db("{image: x, outputs: {u: {sensitive: false, value: '${resource.hots}:${env.PORT}'}}}");
	expect(read(text).warnings).toEqual([
		'compartment.yml:4:57 resources.db.outputs.u.value: Unsupported resource output template placeholder "resource.hots". Did you mean "resource.host"?',
	]);
});

it.each([
	['/a', '/a'],
	['/a/*', '/a'],
	['/a/*', '/a/b'],
	['/a/*', '/a/b/*'],
	['/*', '/'],
	['/*', '/a/*'],
])('the rule %s hides %s', (earlier, later) => {
	const rules = route(`{on: web, path: ${earlier}, to: api}`, `{on: web, path: ${later}, to: site}`);
	expect(read(two, rules).warnings).toEqual([
		`compartment.routes.yml:4:21 routes[1].path: never matches: routes[0] (${earlier}) matches first`,
	]);
});

it.each([
	['{on: web, path: /a/*, to: api}', '{on: web, path: /ab, to: site}'],
	['{on: web, path: /a, to: api}', '{on: web, path: /a/*, to: site}'],
	['{on: web, path: /a, to: api}', '{on: site, path: /a, to: site}'],
	['{on: web, path: /a, to: api, methods: [GET]}', '{on: web, path: /a, to: site}'],
	['{on: web, path: /a, to: api, methods: [GET]}', '{on: web, path: /a, to: site, methods: [GET, POST]}'],
])('the rules %s and %s get no warning', (...rules) => {
	expect(read(two, route(...rules)).warnings).toEqual([]);
});

it('a rule is hidden only if its methods are covered too', () => {
	const rules = route(
		'{on: web, path: /a, to: api, methods: [GET, POST]}',
		'{on: web, path: /a, to: site, methods: [POST]}',
	);
	expect(read(two, rules).warnings).toHaveLength(1);
});

it('a rule on a service without a host gets a warning', () => {
	expect(read(two, route('{on: api, path: /a, to: web}', '{on: site, path: /a, to: site}')).warnings).toEqual([
		'compartment.routes.yml:3:10 routes[0].on: never matches: "api" has no host without accessMode: public',
	]);
});
