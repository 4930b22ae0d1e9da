import type {Action, Change, Plan, ShownValue} from '../../source/plan/plan.ts';

const value = (text: string | null): ShownValue => (text === null ? {type: 'absent'} : {type: 'text', text});

const sensitive: ShownValue = {type: 'sensitive'};
const computed: ShownValue = {type: 'computed'};
const absent: ShownValue = {type: 'absent'};

/** A change between two texts; null is absent. */
export const change = (name: string, before: string | null, after: string | null): Change => ({
	name,
	before: value(before),
	after: value(after),
});

export const action = (parts: Partial<Action> & Pick<Action, 'address' | 'object' | 'kind'>): Action => ({
	reasons: [],
	changes: [],
	unchanged: 0,
	dependsOn: [],
	...parts,
});

const unchanged = (address: string, object: Action['object'], count = 3): Action =>
	action({address, object, kind: 'none', unchanged: count});

export const plan = (parts: Partial<Plan>): Plan => ({
	format: 1,
	mode: 'apply',
	project: 'internal-tools',
	environment: 'production',
	lineage: '4b7f0f6e-6c1d-4ac0-9a51-9b2f6e1b2a10',
	serial: 7,
	createdAt: '2025-11-20T04:20:00.000Z',
	actions: [],
	drift: [],
	warnings: [],
	desired: {
		project: 'internal-tools',
		environment: 'production',
		volumes: [],
		resources: [],
		services: [],
		routes: [],
	},
	images: [],
	deployments: [],
	routes: null,
	lifetime: null,
	isHold: false,
	services: null,
	basis: {descriptor: 'sha256:0', live: {}, contexts: {}, variables: {}},
	...parts,
});

const first = ['first deployment'];

const everything = [
	unchanged('network', 'network'),
	unchanged('volume.db.data', 'volume', 1),
	unchanged('resource.db', 'resource', 9),
	unchanged('image.api', 'image', 1),
	unchanged('image.web', 'image', 1),
	unchanged('service.api', 'service', 6),
	unchanged('service.web', 'service', 4),
	unchanged('routes', 'routes', 2),
	unchanged('router', 'router', 1),
];

/** Everything unchanged but these, at their own places. */
const changing = (...actions: readonly Action[]): readonly Action[] => [
	...everything.map(old => actions.find(({address}) => address === old.address) ?? old),
	...actions.filter(({address}) => everything.every(old => old.address !== address)),
];

export const firstDeploy = plan({
	serial: 0,
	actions: [
		action({address: 'network', object: 'network', kind: 'create', reasons: first}),
		action({address: 'router', object: 'router', kind: 'create', reasons: ['no router runs on this engine']}),
		action({address: 'volume.db.data', object: 'volume', kind: 'create', reasons: first}),
		action({
			address: 'resource.db',
			object: 'resource',
			kind: 'create',
			reasons: first,
			changes: [
				change('image', null, 'postgres:16-alpine'),
				change('hostname', null, 'db.production.internal-tools.resource.internal'),
				change('ports', null, '5432'),
				change('volumes.data', null, '/var/lib/postgresql/data'),
				change('env.POSTGRES_DB', null, 'app'),
				change('env.POSTGRES_USER', null, 'app'),
				{name: 'env.POSTGRES_PASSWORD', before: absent, after: computed},
			],
			dependsOn: ['network', 'router', 'volume.db.data'],
		}),
		action({address: 'image.api', object: 'image', kind: 'create', reasons: first}),
		action({address: 'image.web', object: 'image', kind: 'create', reasons: first}),
		action({
			address: 'release.api',
			object: 'release',
			kind: 'run',
			reasons: ['service.api gets a new deployment'],
			changes: [change('command', null, 'pnpm db:migrate')],
			dependsOn: ['image.api', 'resource.db'],
		}),
		action({
			address: 'service.api',
			object: 'service',
			kind: 'create',
			reasons: first,
			changes: [
				change('restart.policy', null, 'unless-stopped'),
				{name: 'env.DATABASE_URL', before: absent, after: computed},
				{name: 'env.SESSION_KEY', before: absent, after: sensitive},
			],
			dependsOn: ['network', 'router', 'image.api', 'release.api', 'resource.db'],
		}),
		action({
			address: 'service.web',
			object: 'service',
			kind: 'create',
			reasons: first,
			changes: [
				change('command', null, 'pnpm --filter @internal-tools/web start'),
				change('restart.policy', null, 'on-failure'),
			],
			dependsOn: ['network', 'router', 'image.web'],
		}),
		action({address: 'routes', object: 'routes', kind: 'create', reasons: ['2 hosts, 1 rule']}),
	],
	images: [
		{service: 'api', key: 'k1', builder: 'detected: Node 24 with pnpm', reference: 'compartment/api:k1', imageId: null},
		{
			service: 'web',
			key: 'k2',
			builder: 'dockerfile: found apps/web/Dockerfile',
			reference: 'compartment/web:k2',
			imageId: null,
		},
	],
});

export const noChanges = plan({actions: everything});

const files = ['apps/web/server.js', 'apps/web/views/index.html', 'packages/shared-ui/button.css'];

export const sourceChange = plan({
	services: ['web'],
	actions: changing(
		action({
			address: 'image.web',
			object: 'image',
			kind: 'update',
			reasons: ['source changed: 3 files'],
			changes: files.map(name => change(`source.${name}`, null, 'changed')),
		}),
		action({
			address: 'service.web',
			object: 'service',
			kind: 'replace',
			order: 'create-first',
			reasons: ['source changed: 3 files'],
			unchanged: 4,
		}),
	),
	images: [
		{
			service: 'web',
			key: 'k3',
			builder: 'dockerfile: found apps/web/Dockerfile',
			reference: 'compartment/web:k3',
			imageId: null,
		},
	],
});

const limits = ['uploads: 20', 'downloads: 100', 'exports: 5', 'reports: 5', 'imports: 2', 'mails: 40', 'hooks: 10'];

export const envChange = plan({
	actions: changing(
		action({
			address: 'service.api',
			object: 'service',
			kind: 'replace',
			order: 'create-first',
			reasons: ['LOG_LEVEL changed', 'SESSION_KEY changed', 'LIMITS changed', 'CALLBACK_URL changed'],
			changes: [
				change('env.LOG_LEVEL', 'info', 'debug'),
				{name: 'env.SESSION_KEY', before: sensitive, after: sensitive},
				{name: 'env.API_TOKEN', before: value('letmein'), after: sensitive},
				change('env.FEATURE_EXPORT', null, 'on'),
				change('env.LEGACY_MODE', 'true', null),
				change('env.LIMITS', `${limits.join('\n')}\n`, `${limits.join('\n').replace('mails: 40', 'mails: 60')}\n`),
				change(
					'env.CALLBACK_URL',
					'https://accounts.example.com/oauth2/callback?tenant=internal-tools&region=eu-west-1&version=3',
					'https://accounts.example.com/oauth2/callback?tenant=internal-tools&region=eu-west-2&version=3',
				),
				{name: 'env.DATABASE_URL', before: sensitive, after: computed},
			],
			unchanged: 4,
		}),
		action({
			address: 'resource.db',
			object: 'resource',
			kind: 'replace',
			order: 'destroy-first',
			reasons: ['image changed'],
			changes: [change('image', 'postgres:16-alpine', 'postgres:16.4-alpine')],
			unchanged: 8,
		}),
	),
	warnings: [
		'service.web has no readiness check: it counts as ready as soon as its container runs, and traffic is switched to it then.',
	],
});

export const driftRepair = plan({
	drift: [
		{address: 'service.web', message: 'container was removed outside Compartment'},
		{address: 'resource.db', message: 'container was stopped outside Compartment (Exited (137) 2 minutes ago)'},
	],
	actions: changing(
		action({
			address: 'resource.db',
			object: 'resource',
			kind: 'update',
			reasons: ['container was stopped outside Compartment'],
			unchanged: 9,
		}),
		action({
			address: 'service.web',
			object: 'service',
			kind: 'create',
			reasons: ['container was removed outside Compartment'],
			unchanged: 4,
		}),
	),
});

export const blockedPlan = plan({
	actions: changing(
		action({
			address: 'volume.db.data',
			object: 'volume',
			kind: 'blocked',
			reasons: ['Resource volume data mount path cannot be changed during deploy.'],
			unblock: 'put data: /var/lib/postgresql/data back and declare a new volume handle for /data',
		}),
		action({
			address: 'resource.cache',
			object: 'resource',
			kind: 'blocked',
			reasons: [
				'Resource cache exists but is not declared in compartment.yml. Run compartment resource delete before removing it from YAML.',
			],
			unblock: 'compartment resource delete --resource cache',
		}),
		action({
			address: 'service.web',
			object: 'service',
			kind: 'replace',
			order: 'create-first',
			reasons: ['PORT changed'],
			changes: [change('port', '3000', '8080')],
			unchanged: 3,
		}),
	),
});

const gone = (address: string, object: Action['object'], deletesData = false): Action =>
	action({
		address,
		object,
		kind: 'delete',
		reasons: ['nothing needs it any more'],
		...(deletesData ? {deletesData} : {}),
	});

export const destroyWithData = plan({
	mode: 'destroy',
	actions: [
		gone('routes', 'routes'),
		gone('service.web', 'service'),
		gone('service.api', 'service'),
		gone('image.web', 'image'),
		gone('image.api', 'image'),
		gone('resource.db', 'resource'),
		action({...gone('volume.db.data', 'volume', true), reasons: ['--delete-data']}),
		gone('network', 'network'),
	],
});

export const refreshOnly = plan({
	mode: 'refresh-only',
	drift: [{address: 'service.web', message: 'container was stopped outside Compartment (Exited (0) 3 hours ago)'}],
	actions: everything,
});
