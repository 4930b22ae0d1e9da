import type {Action, ActionKind, Plan} from '../../source/plan/plan.ts';

type Part = Partial<Omit<Action, 'address' | 'kind'>>;

const actionOf = (kind: ActionKind, address: string, part: Part = {}): Action => ({
	address,
	kind,
	object: address.split('.')[0] as Action['object'],
	reasons: ['the environment is new'],
	changes: [],
	unchanged: 0,
	dependsOn: [],
	...part,
});

/** A plan with these actions; only what screens read is filled in. */
export const planOf = (actions: readonly Action[], part: Partial<Plan> = {}): Plan => ({
	format: 1,
	mode: 'apply',
	project: 'notes',
	environment: 'production',
	lineage: '0d6e',
	serial: 3,
	createdAt: '2026-11-20T08:00:00.000Z',
	actions,
	drift: [],
	warnings: [],
	desired: {project: 'notes', environment: 'production', volumes: [], resources: [], services: [], routes: []},
	images: [],
	deployments: [],
	routes: null,
	lifetime: null,
	isHold: false,
	services: null,
	basis: {descriptor: '', live: {}, contexts: {}, variables: {}},
	...part,
});

/** A web page, an API and a database, nothing of which exists. */
export const firstDeploy = (): Plan =>
	planOf([
		actionOf('create', 'network'),
		actionOf('create', 'router', {dependsOn: ['network'], reasons: ['no router runs on this engine']}),
		actionOf('create', 'volume.db.data', {reasons: ['resource db declares it']}),
		actionOf('create', 'resource.db', {
			dependsOn: ['network', 'volume.db.data'],
			reasons: ['declared in compartment.yml:24 and not in the environment', 'service api connects to it'],
		}),
		actionOf('create', 'image.api', {reasons: ['no image is built yet, Dockerfile in ./api']}),
		actionOf('create', 'image.web', {reasons: ['no image is built yet, Dockerfile in ./web']}),
		actionOf('create', 'service.api', {
			dependsOn: ['image.api', 'resource.db', 'router'],
			reasons: ['no deployment is active'],
		}),
		actionOf('create', 'service.web', {dependsOn: ['image.web', 'router'], reasons: ['no deployment is active']}),
		actionOf('create', 'routes', {dependsOn: ['service.web', 'service.api'], reasons: ['2 hosts, 1 rule']}),
		actionOf('none', 'volume.db.archive', {reasons: []}),
	]);

/** A change that deletes the data of one resource. */
export const dataDeletion = (): Plan =>
	planOf([
		actionOf('update', 'service.api', {reasons: ['API_KEY changed']}),
		actionOf('delete', 'resource.db', {reasons: ['no longer in compartment.yml']}),
		actionOf('delete', 'volume.db.data', {
			dependsOn: ['resource.db'],
			reasons: ['no longer in compartment.yml'],
			deletesData: true,
		}),
	]);

/** A change that cannot be made as it stands. */
export const blockedChange = (): Plan =>
	planOf([
		actionOf('replace', 'service.web', {order: 'create-first', reasons: ['source changed: 3 files']}),
		actionOf('blocked', 'resource.cache', {
			reasons: ['no longer in compartment.yml, but it exists'],
			unblock: 'compartment resource delete cache --env production',
		}),
	]);
