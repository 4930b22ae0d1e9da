import {describe, expect, it} from 'vitest';
import type {Deployment} from '../../source/state/state.ts';
import {
	actionAt,
	busy,
	deployedWorld,
	deploymentId,
	edited,
	newImage,
	plain,
	planOf,
	reasonsAt,
	rewritten,
	sensitive,
	shop,
	type World,
	withContainer,
	withInput,
	withState,
	withVariables,
} from './world.ts';

const deployed = deployedWorld();
const web = deployed.input.state.deployments[deploymentId('web')]!;
const api = deployed.input.state.deployments[deploymentId('api')]!;

const rebuilt = (world: World, service: string, ...reasons: string[]): World =>
	withInput(world, {
		images: world.input.images.map(found => (found.planned.service === service ? newImage(service, reasons) : found)),
	});

describe('the reasons of an action', () => {
	it('include every cause, the main one first', () => {
		const world = withInput(
			rebuilt(rewritten(deployed, ['LOG_LEVEL: info', 'LOG_LEVEL: debug']), 'web', 'source changed: 3 files'),
			{replace: ['service.web']},
		);
		expect(reasonsAt(world, 'service.web')).toEqual([
			'source changed: 3 files',
			'LOG_LEVEL changed',
			'replacement requested with --replace',
		]);
	});

	it('do not include an image that cannot be built', () => {
		const obstacle = {reason: 'no', unblock: 'do'};
		const world = withInput(deployed, {
			images: deployed.input.images.map(found => ({...found, reasons: ['source changed: 1 file'], obstacle})),
		});
		expect(new Set(Object.values(busy(planOf(world))))).toEqual(new Set(['blocked']));
		expect(actionAt(planOf(world), 'service.web').kind).toBe('none');
	});

	it('distinguish lists that differ only in their quoting', () => {
		const command = (text: string) => shop.replace('ports: [5432]', `ports: [5432]\n    command: ${text}`);
		const world = edited(deployedWorld(command('[sh, -c, a b]')), command('[sh, -c, a, b]'));
		expect(reasonsAt(world, 'resource.db')).toEqual(['command changed']);
		expect(actionAt(planOf(world), 'resource.db').changes).toEqual([
			{name: 'command', before: {type: 'text', text: 'sh -c "a b"'}, after: {type: 'text', text: 'sh -c a b'}},
		]);
	});

	it('show an argument of a command that becomes empty', () => {
		const command = (text: string) => shop.replace('ports: [5432]', `ports: [5432]\n    command: ${text}`);
		const world = edited(deployedWorld(command('[server, --save]')), command("[server, --save, '']"));
		expect(actionAt(planOf(world), 'resource.db').changes).toEqual([
			{name: 'command', before: {type: 'text', text: 'server --save'}, after: {type: 'text', text: 'server --save ""'}},
		]);
	});

	it('include changed settings when a stopped resource is started', () => {
		const world = withContainer(
			rewritten(deployed, [
				'readiness: {type: tcp, port: 5432}',
				'readiness: {type: tcp, port: 5432, timeoutMs: 60000}',
			]),
			'resource.db',
			{state: 'exited'},
		);
		expect(reasonsAt(world, 'resource.db')).toEqual(['container was stopped outside Compartment', 'readiness changed']);
	});
});

describe('a plain value', () => {
	it('that becomes sensitive is a change that hides the new value', () => {
		const scope = {type: 'service', name: 'web'} as const;
		const world = withVariables(deployed, sensitive(scope, 'LOG_LEVEL', 'info'));
		expect(actionAt(planOf(world), 'service.web').changes).toEqual([
			{name: 'env.LOG_LEVEL', before: {type: 'text', text: 'info'}, after: {type: 'sensitive'}},
		]);
	});

	it('from an output shows a changed value even though the output is the same', () => {
		const withPlace = (port: number) =>
			shop
				.replace('DATABASE_URL: connection-url', 'DATABASE_URL: connection-url, PLACE: place')
				.replace(
					'connection-url:\n',
					`place: {sensitive: false, value: '\${resource.host}:${port}'}\n      connection-url:\n`,
				);
		const after = edited(deployedWorld(withPlace(5432)), withPlace(5433));
		const change = actionAt(planOf(after), 'service.api').changes.find(({name}) => name === 'env.PLACE')!;
		const texts = [change.before, change.after].map(value => (value.type === 'text' ? value.text : value.type));
		for (const text of texts) expect(text).toMatch(/^from db\.place \(value [0-9a-f]{7}\)$/);
		expect(texts[0]).not.toBe(texts[1]);
	});

	it('that moves to a variable with the same text changes nothing', () => {
		const world = withVariables(deployed, plain({type: 'service', name: 'web'}, 'LOG_LEVEL', 'info'));
		expect(busy(planOf(world))).toEqual({});
	});
});

describe('a restart', () => {
	const changed = (services: readonly string[] | null) =>
		Object.keys(busy(planOf(withInput(deployed, {mode: 'restart', services}))));

	it('of one service restarts nothing else', () => {
		expect(changed(['web'])).toEqual(['service.web']);
	});

	it('of one resource restarts no service', () => {
		expect(changed(['db'])).toEqual(['resource.db']);
	});

	it('without a name restarts all services and resources', () => {
		expect(changed(null)).toEqual(expect.arrayContaining(['service.web', 'resource.db']));
	});
});

describe('a container', () => {
	it('that its restart policy is restarting causes no action', () => {
		expect(busy(planOf(withContainer(deployed, 'service.web', {state: 'restarting'})))).toEqual({});
	});

	it.each(['exited', 'created', 'dead'] as const)('that is %s is started', state => {
		expect(busy(planOf(withContainer(deployed, 'service.web', {state})))).toEqual({'service.web': 'update'});
	});

	it('that is paused is replaced, because starting it would fail', () => {
		const world = withContainer(deployed, 'resource.db', {state: 'paused'});
		expect(busy(planOf(world))).toEqual({'resource.db': 'replace'});
		expect(planOf(world).drift).toEqual([
			{address: 'resource.db', message: 'container was paused outside Compartment'},
		]);
	});

	it('that lost its network is replaced, whether it runs or is stopped', () => {
		for (const state of ['running', 'exited'] as const) {
			const world = withContainer(deployed, 'service.web', {state, networks: {}});
			expect(reasonsAt(world, 'service.web')).toEqual([
				'container was disconnected from its network outside Compartment',
			]);
		}
	});

	it('of a resource stays when only the mesh is missing', () => {
		const {observed} = deployed.input;
		const networks = observed.networks.filter(({name}) => !name.endsWith('.mesh'));
		const plan = planOf(withInput(deployed, {observed: {...observed, networks}}));
		expect(busy(plan)).toEqual({
			network: 'create',
			'service.web': 'replace',
			'service.api': 'replace',
			'service.mailer': 'replace',
		});
	});

	it('whose label names a removed host is replaced', () => {
		const withDomain = shop.replace('path: web', 'path: web\n    domain: shop.example.com');
		const world = edited(deployedWorld(withDomain), shop);
		expect(busy(planOf(world))).toEqual({'service.web': 'replace', routes: 'update'});
		expect(reasonsAt(world, 'service.web')).toEqual(['host shop.example.com was removed']);
	});
});

describe('a service that is no longer declared', () => {
	const withoutMailer = shop.replace('  mailer:\n    path: mailer\n    kind: worker\n', '');

	it('is deleted after its routes', () => {
		const withoutWeb = edited(deployed, shop.replace(/ {2}web:[\s\S]*?(?= {2}api:)/, ''), null);
		const plan = planOf(withoutWeb);
		expect(actionAt(plan, 'service.web')).toMatchObject({kind: 'delete', dependsOn: ['routes']});
		expect(actionAt(plan, 'routes').dependsOn).toEqual([]);
	});

	it('is deleted even if it was never active and only left a container', () => {
		const failed: Deployment = {...web, id: 'dpl_new1', service: 'new', status: 'failed', stage: 'checking_readiness'};
		const world = withState(deployed, {deployments: {...deployed.input.state.deployments, [failed.id]: failed}});
		expect(busy(planOf(world))).toEqual({'service.new': 'delete'});
		const cleaned = {...failed, containerId: undefined};
		const done = withState(deployed, {deployments: {...deployed.input.state.deployments, [failed.id]: cleaned}});
		expect(busy(planOf(done))).toEqual({});
	});

	it('is not deleted by a deploy of selected services or by --hold', () => {
		const world = edited(deployed, withoutMailer);
		expect(busy(planOf(world))).toEqual({'service.mailer': 'delete'});
		expect(busy(planOf(world, {services: ['web']}))).toEqual({});
		expect(busy(planOf(world, {isHold: true}))).toEqual({});
	});
});

describe('an active deployment', () => {
	it('whose record is missing is created as on a first deployment', () => {
		const world = withState(deployed, {active: {...deployed.input.state.active, web: 'dpl_lost'}});
		expect(reasonsAt(world, 'service.web')).toEqual(['first deployment']);
	});

	it('whose container is missing is created, with its changes listed', () => {
		const world = withContainer(rewritten(deployed, ['LOG_LEVEL: info', 'LOG_LEVEL: debug']), 'service.web', null);
		expect(actionAt(planOf(world), 'service.web')).toMatchObject({
			kind: 'create',
			changes: [{name: 'env.LOG_LEVEL'}],
		});
	});
});

describe('a rollback', () => {
	const target: Deployment = {
		...web,
		id: 'dpl_web0',
		stage: 'retired',
		spec: {
			...web.spec,
			env: {
				LOG_LEVEL: {type: 'plain', value: 'warn'},
				OLD_TOKEN: {type: 'secret', scope: {type: 'service', name: 'web'}, key: 'OLD_TOKEN', revision: 'r0'},
				DATABASE_URL: {type: 'output', resource: 'db', output: 'connection-url', isSensitive: true, fingerprint: 'f'},
			},
		},
	};
	const scope = {type: 'service', name: 'web'} as const;
	const world = withVariables(
		withInput(withState(deployed, {deployments: {...deployed.input.state.deployments, [target.id]: target}}), {
			mode: 'rollback',
			rollback: {web: target.id},
			availableImages: new Set([target.imageId]),
		}),
		sensitive(scope, 'TOKEN', 'r9'),
		plain({type: 'environment'}, 'DATABASE_URL', 'elsewhere'),
	);

	it('uses the recorded configuration with current variables and outputs', () => {
		const [planned] = planOf(world).deployments;
		expect(planned!.spec.env).toEqual({
			LOG_LEVEL: {type: 'plain', value: 'warn'},
			TOKEN: {type: 'secret', scope, key: 'TOKEN', revision: 'r9'},
			// A connection takes precedence over a variable of the environment; a removed secret is left out.
			DATABASE_URL: api.spec.env['DATABASE_URL'],
		});
	});

	it('runs no release command', () => {
		const released = {
			...world,
			input: {
				...world.input,
				desired: {
					...world.input.desired,
					services: world.input.desired.services.map(service => ({...service, release: {command: 'bin/migrate'}})),
				},
			},
		};
		expect(planOf(released).actions.filter(({object}) => object === 'release')).toEqual([]);
		expect(planOf(released).deployments.map(({release}) => release)).toEqual([undefined]);
	});
});

describe('a plan', () => {
	it('names the selected services', () => {
		expect(planOf(deployed, {services: ['api']}).services).toEqual(['api']);
	});
});
