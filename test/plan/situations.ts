import type {ContainerFacts, ProbeFacts} from '../../source/model/health-facts.ts';
import {labels} from '../../source/model/labels.ts';
import type {CertificateRecord, CertificateRequest} from '../../source/state/state.ts';
import type {World} from './world.ts';
import {
	deployedWorld,
	deploymentId,
	edited,
	emptyWorld,
	newImage,
	plain,
	rewritten,
	sensitive,
	shop,
	withContainer,
	withInput,
	withState,
	withVariables,
} from './world.ts';

const deployed = deployedWorld();
const service = (name: string) => ({type: 'service', name}) as const;
const environment = {type: 'environment'} as const;

const image = (world: World, name: string, reasons: readonly string[], files: readonly string[] = []): World =>
	withInput(world, {
		images: world.input.images.map(found => (found.planned.service === name ? newImage(name, reasons, files) : found)),
	});

const idOf = (address: string): string =>
	deployed.input.observed.containers.find(container => container.labels[labels.address] === address)!.id;

const crashing: ContainerFacts = {
	state: 'restarting',
	status: 'Restarting (1) 2 seconds ago',
	startedAt: -3000,
	finishedAt: -2000,
	exitCode: 1,
	isOutOfMemory: false,
	restartCount: 7,
};

const hung: ProbeFacts = {
	type: 'readiness',
	question: 'GET /healthz',
	failures: 3,
	answer: '503 Service Unavailable',
	failsForMs: null,
};

const acmeServer = 'acme.example.com';
const shopDomain = 'shop.example.com';
const withDomain = withInput(rewritten(deployed, ['path: web', `path: web\n    domain: ${shopDomain}`]), {acmeServer});

/** Issued by the ACME server for 90 days, and installed. */
const issuedOn = (notBefore: string): CertificateRecord => {
	const notAfter = new Date(Date.parse(notBefore) + 90 * 24 * 3_600_000).toISOString();
	const fingerprint = '5e'.repeat(32);
	return {
		source: 'acme',
		chain: '',
		ciphertext: '',
		issuer: 'E7',
		names: [shopDomain],
		notBefore,
		notAfter,
		fingerprint,
		updatedAt: notBefore,
		installed: {fingerprint, notAfter, hstsSeconds: 0},
	};
};

/** The time of these plans is 2026-03-29T10:00:00Z. */
const withIssued = (world: World, notBefore: string): World =>
	withState(world, {certificates: {[shopDomain]: issuedOn(notBefore)}});

const unreachable: CertificateRequest = {
	failure: {
		reason: 'connection',
		message: 'the ACME server cannot reach the host on port 80: 203.0.113.7: Fetching http://shop.example.com: Timeout',
		at: '2026-03-29T09:58:00.000Z',
		attempts: 1,
		retryAt: '2026-03-29T10:03:12.000Z',
	},
};

const gone = (kind: 'networks' | 'volumes') =>
	withInput(deployed, {observed: {...deployed.input.observed, [kind]: []}});

const obstacle = (reason: string, unblock: string): World =>
	withInput(deployed, {
		images: deployed.input.images.map(found =>
			found.planned.service === 'web'
				? {...newImage('web', ['source changed: 1 file']), obstacle: {reason, unblock}}
				: found,
		),
	});

const routes = (...rules: string[]): string => `version: 1\nroutes:\n${rules.map(rule => `  - ${rule}\n`).join('')}`;
const apiRule = '{on: web, path: /api/*, to: api, stripPrefix: /api}';

const literal = (name: string, value: string): [string, string] => [
	'{LOG_LEVEL: info}',
	`{LOG_LEVEL: info, ${name}: ${value}}`,
];

const withLevel = withVariables(
	withState(deployed, {
		deployments: Object.fromEntries(
			Object.entries(deployed.input.state.deployments).map(([id, made]) => [
				id,
				made.service === 'web' ? {...made, spec: {...made.spec, env: {...made.spec.env, TOKEN: secretOf('r1')}}} : made,
			]),
		),
	}),
	sensitive(service('web'), 'TOKEN', 'r2'),
);

function secretOf(revision: string) {
	return {type: 'secret', scope: service('web'), key: 'TOKEN', revision} as const;
}

/** A previous deployment of web, and a held candidate. */
const web = deployed.input.state.deployments[deploymentId('web')]!;
const older = {
	...web,
	id: deploymentId('web', 0),
	stage: 'retired',
	slot: 'green',
	imageId: 'sha256:web-0',
	imageKey: 'web-0',
	imageReference: 'compartment/shop/production/web:web-0',
	imageOrigin: {commit: '0c0ffee', builtAt: '2026-03-28T18:29:00.000Z'},
	spec: {...web.spec, env: {LOG_LEVEL: {type: 'plain', value: 'warn'}}},
	routes: [],
	createdAt: '2026-03-28T18:30:00.000Z',
} as const;
const heldWeb = {
	...web,
	id: deploymentId('web', 2),
	status: 'running',
	stage: 'candidate',
	isHeld: true,
	slot: undefined,
	imageId: 'sha256:web-2',
	imageOrigin: {commit: '9f8e7d6', builtAt: '2026-03-29T11:00:00.000Z'},
	containerName: 'compartment-shop.production.web.dpl_web2',
	containerId: 'id of the held one',
} as const;

const withHistory = withState(deployed, {deployments: {...deployed.input.state.deployments, [older.id]: older}});
const held = withInput(
	withState(deployed, {deployments: {...deployed.input.state.deployments, [heldWeb.id]: heldWeb}}),
	{
		observed: {
			...deployed.input.observed,
			containers: deployed.input.observed.containers.flatMap(container =>
				container.labels['compartment.address'] === 'service.web'
					? [
							container,
							{
								...container,
								id: 'id of the held one',
								name: heldWeb.containerName,
								labels: {...container.labels, 'compartment.deployment': heldWeb.id},
							},
						]
					: [container],
			),
		},
	},
);
const rolledBack = (patch: Partial<World['input']> = {}) =>
	withInput(withHistory, {
		mode: 'rollback',
		rollback: {web: older.id},
		availableImages: new Set([older.imageId]),
		...patch,
	});
/** What serves was made by a rollback that was interrupted after its switch. */
const halfRolledBack = withInput(
	withState(withHistory, {
		deployments: {...withHistory.input.state.deployments, [web.id]: {...web, unfinishedRollback: older.id}},
	}),
	{mode: 'rollback', rollback: {web: web.id}, availableImages: new Set([web.imageId])},
);

const stopped = (world: World): World =>
	withInput(world, {
		observed: {
			...world.input.observed,
			containers: world.input.observed.containers.map(found => ({...found, state: 'exited', status: 'Exited (0)'})),
		},
	});

const withRelease = rewritten(emptyWorld(), ['path: web', 'path: web\n    release: {command: bin/migrate}']);
const interrupted = withState(withRelease, {
	interruptedReleases: {web: {command: 'bin/migrate', imageKey: 'web-2', at: '2026-03-29T09:58:00.000Z'}},
});

const twoVolumes = shop.replace('volumes: {', 'volumes: {extra: /extra, ');

/** Services with volumes of their own. */
const withUploads = shop.replace('path: web', 'path: web\n    volumes: {uploads: /data/uploads}');
const withIndex = shop.replace('path: web', 'path: web\n    volumes: {index: {path: /data/index, exclusive: true}}');
const uploads = deployedWorld(withUploads);
const uploadsReleased = withState(uploads, {
	volumes: {
		...uploads.input.state.volumes,
		'volume.web.uploads': {...uploads.input.state.volumes['volume.web.uploads']!, isReleased: true},
	},
});
const indexed = deployedWorld(withIndex);

/** Nothing of it is routed or probed. */
const batch = `name: shop
services:
  mailer: {path: mailer, kind: worker}
resources:
  queue: {image: "valkey/valkey:8", ports: [6379]}
`;
const withRoute = batch.replace('services:', 'services:\n  web: {path: web}');
const unrouted = withInput(withState(deployedWorld(batch, null), {routes: null}), {router: 'missing'});

/** Situations with a recorded plan, by the name of its file. */
export const situations: Readonly<Record<string, World>> = {
	'first-deploy': emptyWorld(),
	'first-deploy-beside-others': withInput(emptyWorld(), {router: 'running', isRouterShared: true}),
	nothing: deployed,
	'source-changed': image(deployed, 'web', ['source changed: 2 files'], ['web/index.html', 'web/server.js']),
	'env-added': rewritten(deployed, literal('FEATURE_EXPORT', '"on"')),
	'env-changed': rewritten(deployed, ['LOG_LEVEL: info', 'LOG_LEVEL: debug']),
	'env-removed': rewritten(deployed, ['env: {LOG_LEVEL: info}', 'env: {}']),
	'environment-variable-set': withVariables(deployed, plain(environment, 'REGION', 'eu-west-1')),
	'port-variable-set': withVariables(deployed, plain(service('web'), 'PORT', '8080')),
	'secret-rotated': withLevel,
	'resource-password-rotated': withVariables(
		deployed,
		sensitive({type: 'resource', name: 'db'}, 'POSTGRES_PASSWORD', 'r2'),
	),
	'database-user-changed': rewritten(deployed, ['POSTGRES_USER: app', 'POSTGRES_USER: root']),
	'resource-created-again': withContainer(withState(deployed, {resources: {}}), 'resource.db', null),
	'generated-variable-removed': withVariables(withState(deployed, {variables: []})),
	'resource-image-moved': withInput(deployed, {
		resourceImages: Object.fromEntries(Object.keys(deployed.input.resourceImages).map(name => [name, 'sha256:other'])),
	}),
	'resource-image-changed': rewritten(deployed, ['postgres:16-alpine', 'postgres:17-alpine']),
	'resource-settings-changed': rewritten(deployed, [
		'readiness: {type: tcp, port: 5432}',
		'restart: {policy: "no"}\n    readiness: {type: tcp, port: 5432, timeoutMs: 90000}',
	]),
	'service-readiness-changed': rewritten(deployed, ['path: /healthz', 'path: /ready']),
	'service-kind-changed': rewritten(deployed, ['kind: worker', 'kind: api']),
	'service-became-a-job': rewritten(deployed, ['kind: worker', 'kind: job']),
	'service-renamed': edited(deployed, shop.replace('  mailer:', '  postman:')),
	'service-removed': edited(deployed, shop.replace('  mailer:\n    path: mailer\n    kind: worker\n', '')),
	'access-mode-changed': rewritten(deployed, ['path: web', 'path: web\n    accessMode: public']),
	'certificate-asked-for': withDomain,
	'certificate-of-a-wildcard': withState(withInput(deployed, {acmeServer}), {
		certificateRequests: {'*.example.com': {isAdded: true, dnsCommand: './change-dns.sh'}},
	}),
	'certificate-due': withIssued(withDomain, '2026-01-10T10:00:00.000Z'),
	'certificate-not-issued': withState(withDomain, {certificateRequests: {[shopDomain]: unreachable}}),
	'certificate-tried-again': withInput(withState(withDomain, {certificateRequests: {[shopDomain]: unreachable}}), {
		now: '2026-03-29T10:04:00.000Z',
	}),
	'certificate-not-renewed': withState(withIssued(withDomain, '2026-01-10T10:00:00.000Z'), {
		certificateRequests: {[shopDomain]: unreachable},
	}),
	'certificate-without-a-server': withInput(withIssued(withDomain, '2026-01-10T10:00:00.000Z'), {acmeServer: null}),
	'certificate-abandoned': withIssued(withInput(deployed, {acmeServer}), '2026-03-10T10:00:00.000Z'),
	'certificate-of-another': withInput(withDomain, {
		servedCertificates: [
			{
				host: shopDomain,
				lineage: '0f0f0f0f-0000-4000-8000-000000000000',
				project: 'other',
				environment: 'production',
				fingerprint: 'aa'.repeat(32),
				notAfter: 1_900_000_000,
				hstsSeconds: 0,
			},
		],
	}),
	'certificate-renewed': withInput(
		withState(withIssued(withInput(deployed, {acmeServer}), '2026-03-10T10:00:00.000Z'), {
			certificateRequests: {[shopDomain]: {isAdded: true}},
		}),
		{mode: 'renew', renewed: [shopDomain]},
	),
	'domain-added': rewritten(deployed, ['path: web', 'path: web\n    domain: shop.example.com']),
	'rules-changed': edited(deployed, shop, routes(apiRule, '{on: web, path: /v2/*, to: api}')),
	'partial-deploy-with-rules': withInput(
		edited(
			image(image(deployed, 'web', ['source changed: 1 file']), 'api', ['source changed: 4 files']),
			shop.replace('  mailer:\n    path: mailer\n    kind: worker\n', ''),
			routes(apiRule, '{on: api, path: /health, to: web}'),
		),
		{services: ['api']},
	),
	'worker-replaced': image(deployed, 'mailer', ['source changed: 1 file'], ['mailer/main.py']),
	'container-removed': withContainer(deployed, 'service.web', null),
	'container-stopped': withContainer(deployed, 'service.web', {state: 'exited', status: 'Exited (137) 2 minutes ago'}),
	'container-paused': withContainer(deployed, 'service.api', {state: 'paused', status: 'Up 2 hours (Paused)'}),
	'not-healthy': withInput(withContainer(deployed, 'service.api', {state: 'paused', status: 'Up 2 hours (Paused)'}), {
		vitals: {
			containers: new Map([[idOf('service.mailer'), crashing]]),
			probes: {'service.web': hung},
			readAt: 0,
			clockOffsetMs: 0,
		},
	}),
	'container-off-its-network': withContainer(deployed, 'service.web', {networks: {bridge: '172.17.0.2'}}),
	'resource-removed-outside': withContainer(deployed, 'resource.db', null),
	'resource-stopped-outside': withContainer(deployed, 'resource.db', {
		state: 'exited',
		status: 'Exited (0) 1 hour ago',
	}),
	'network-gone': gone('networks'),
	'volume-lost': withContainer(gone('volumes'), 'resource.db', null),
	'volume-reused': withInput(emptyWorld(), {
		observed: {...emptyWorld().input.observed, volumes: deployed.input.observed.volumes},
	}),
	'router-missing': withInput(deployed, {router: 'missing'}),
	'router-not-used': emptyWorld(batch, null),
	'router-not-used-nor-missed': unrouted,
	'router-not-used-when-destroyed': withInput(unrouted, {mode: 'destroy'}),
	'router-for-a-first-route': edited(unrouted, withRoute, null),
	'router-for-a-first-probe': edited(
		unrouted,
		batch.replace('[6379]', '[6379], readiness: {type: tcp, port: 6379}'),
		null,
	),
	'router-kept-without-routes': edited(deployedWorld(withRoute, null), batch, null),
	'router-stopped': withInput(deployed, {router: 'stopped'}),
	'router-outdated': withInput(deployed, {
		routerOutdated: [
			{name: 'image', before: 'haproxy:3.0-alpine', after: 'haproxy:3.0.25-alpine'},
			{name: 'network', before: 'bridge', after: 'compartment--compartment-router'},
		],
	}),
	'router-foreign': withInput(deployed, {router: 'foreign'}),
	'router-port-taken': withInput(deployed, {
		router: 'missing',
		routerTakenPort: {port: 9080, setting: 'routerPort', owner: 'container other-proxy', isOptional: false},
	}),
	'certificate-stored': withInput(
		withState(deployed, {
			certificates: {
				'shop.localhost': {
					source: 'file',
					chain: '',
					ciphertext: '',
					issuer: 'R11',
					names: ['shop.localhost'],
					notBefore: '2026-01-01T00:00:00.000Z',
					notAfter: '2126-01-01T00:00:00.000Z',
					fingerprint: 'f'.repeat(64),
					updatedAt: '2026-01-01T00:00:00.000Z',
				},
			},
		}),
		{servedCertificates: []},
	),
	'router-tls-port-taken': withInput(deployed, {
		router: 'missing',
		routerTakenPort: {port: 9443, setting: 'routerTlsPort', owner: 'container portainer', isOptional: true},
	}),
	'foreign-objects': withInput(emptyWorld(), {
		foreign: {
			network: 'compartment-shop.production',
			'volume.db.data': 'compartment-shop.production.resource.db.data',
			'resource.db': 'compartment-shop.production.resource.db',
		},
	}),
	'undeclared-resource': edited(
		deployed,
		shop
			.replace('    connections: {db: {env: {DATABASE_URL: connection-url}}}\n', '')
			.replace(/^resources:[\s\S]*/m, ''),
	),
	'volume-handle-removed': edited(deployedWorld(twoVolumes), shop),
	'volume-mount-changed': edited(deployedWorld(twoVolumes), twoVolumes.replace('/extra', '/other')),
	'service-volume-added': edited(deployed, withUploads),
	'service-volume-made-exclusive': edited(
		uploads,
		withUploads.replace('/data/uploads', '{path: /data/uploads, exclusive: true}'),
	),
	'service-volume-exclusive': image(indexed, 'web', ['source changed: 1 file'], ['server.js']),
	'service-volume-exclusive-held': withInput(image(indexed, 'web', ['source changed: 1 file']), {isHold: true}),
	'service-volume-removed': edited(uploads, shop),
	'service-volume-moved': edited(uploads, withUploads.replace('/data/uploads', '/srv/uploads')),
	'service-volume-released': edited(uploadsReleased, shop),
	'service-volume-back': edited(uploadsReleased, withUploads),
	'service-volume-lost': withInput(uploads, {
		observed: {...uploads.input.observed, volumes: deployed.input.observed.volumes},
	}),
	'service-volume-lost-restart': withInput(uploads, {
		mode: 'restart',
		observed: {...uploads.input.observed, volumes: deployed.input.observed.volumes},
	}),
	'service-with-volume-removed': edited(uploads, withUploads.replace(/ {2}web:[\s\S]*?(?= {2}api:)/, ''), null),
	'host-conflict-inside': edited(
		deployed,
		shop.replace('path: web', 'path: web\n    domain: mailer-shop.localhost').replace('kind: worker', 'kind: web'),
	),
	'host-conflict-across': withInput(emptyWorld(), {
		takenHosts: [{host: 'shop.localhost', project: 'shop', environment: 'Production'}],
	}),
	'connection-conflict': withVariables(deployed, plain(service('api'), 'DATABASE_URL', 'postgres://other')),
	'build-variable-missing': obstacle(
		'Build variable "API_URL" was not found for service "web".',
		'compartment variable set API_URL VALUE --service web --plain',
	),
	'build-variable-sensitive': obstacle(
		'Build variable "TOKEN" must be plain. Sensitive variables cannot be exposed to build.',
		'compartment variable set TOKEN VALUE --service web --plain',
	),
	'replace-asked-for': withInput(deployed, {replace: ['service.web', 'resource.db']}),
	'failed-build-not-serving': withState(deployed, {
		deployments: {
			...deployed.input.state.deployments,
			[deploymentId('web')]: {...deployed.input.state.deployments[deploymentId('web')]!, imageId: 'sha256:web-0'},
		},
	}),
	release: withRelease,
	'release-interrupted': interrupted,
	'release-again': withInput(interrupted, {release: 'again'}),
	'release-done': withInput(interrupted, {release: 'done'}),
	hold: withInput(image(deployed, 'web', ['source changed: 1 file']), {isHold: true}),
	'hold-and-a-removed-service': withInput(
		edited(deployed, shop.replace('  mailer:\n    path: mailer\n    kind: worker\n', '')),
		{isHold: true},
	),
	'held-superseded': image(held, 'web', ['source changed: 1 file']),
	promote: withInput(held, {mode: 'promote'}),
	'promote-nothing': withInput(deployed, {mode: 'promote'}),
	discard: withInput(held, {mode: 'discard'}),
	rollback: rolledBack(),
	'rollback-unfinished': halfRolledBack,
	'rollback-image-gone': rolledBack({availableImages: new Set()}),
	stop: withInput(deployed, {mode: 'stop'}),
	start: withInput(stopped(deployed), {mode: 'start'}),
	'start-without-network': withInput(stopped(gone('networks')), {mode: 'start'}),
	restart: withInput(deployed, {mode: 'restart'}),
	destroy: withInput(deployed, {mode: 'destroy'}),
	'destroy-with-data': withInput(deployed, {mode: 'destroy', deleteData: true}),
	'destroy-beside-others': withInput(deployed, {mode: 'destroy', isRouterShared: true}),
	'refresh-only': withInput(
		withContainer(withContainer(deployed, 'service.web', null), 'resource.db', {state: 'exited', status: 'Exited (1)'}),
		{mode: 'refresh-only'},
	),
};
