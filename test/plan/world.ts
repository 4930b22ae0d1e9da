import type {Project} from '../../source/descriptor/project.ts';
import type {ObservedContainer} from '../../source/engine/engine.ts';
import {describeDesired} from '../../source/model/desired.ts';
import {isRunning} from '../../source/model/kinds.ts';
import {labels, labelsOf} from '../../source/model/labels.ts';
import {environmentNetworkName, meshNetworkName, serviceContainerName} from '../../source/model/names.ts';
import type {Desired, DesiredResource, DesiredService} from '../../source/model/specs.ts';
import {createPlan} from '../../source/plan/create-plan.ts';
import type {ImageFinding, PlanInput} from '../../source/plan/input.ts';
import type {Action, Plan} from '../../source/plan/plan.ts';
import {desiredRoutes} from '../../source/plan/routes.ts';
import {noVitals} from '../../source/plan/vitals.ts';
import type {Deployment, ResourceRecord, State, Variable} from '../../source/state/state.ts';
import {newState} from '../../source/state/store.ts';
import {read} from '../descriptor/support.ts';

/** The input of a plan with its project, so that a test can edit the descriptor and plan again. */
export type World = {readonly project: Project; readonly input: PlanInput};

export const shop = `name: shop
services:
  web:
    path: web
    readiness: {type: http, path: /healthz}
    env: {LOG_LEVEL: info}
  api:
    path: api
    kind: api
    connections: {db: {env: {DATABASE_URL: connection-url}}}
  mailer:
    path: mailer
    kind: worker
resources:
  db:
    image: postgres:16-alpine
    env: {POSTGRES_USER: app}
    generatedVariables: {POSTGRES_PASSWORD: {generator: token}}
    ports: [5432]
    volumes: {data: /var/lib/postgresql/data}
    readiness: {type: tcp, port: 5432}
    outputs:
      connection-url:
        sensitive: true
        value: postgres://\${env.POSTGRES_USER}:\${env.POSTGRES_PASSWORD}@\${resource.host}:5432/app
`;

const shopRoutes = `version: 1
routes:
  - {on: web, path: /api/*, to: api, stripPrefix: /api}
`;

const time = '2026-03-29T10:00:00.000Z';
const lineage = '4b7f0f6e-6c1d-4ac0-9a51-9b2f6e1b2a10';

const describe = (project: Project, environment: string, variables: readonly Variable[]): Desired =>
	describeDesired({project, environment, variables, baseDomain: 'localhost', volumes: {}});

const imageOf = (service: string): string => `sha256:${service}-1`;

/** A service's image that must be built. */
export const newImage = (service: string, reasons: readonly string[], files: readonly string[] = []): ImageFinding => ({
	planned: {
		service,
		key: `${service}-2`,
		builder: `dockerfile: found ${service}/Dockerfile`,
		reference: `compartment/shop/production/${service}:${service}-2`,
		imageId: null,
		origin: {commit: '9f8e7d6 + changes'},
	},
	reasons,
	files,
});

const sameImage = (service: string): ImageFinding => ({
	...newImage(service, []),
	planned: {
		...newImage(service, []).planned,
		key: `${service}-1`,
		reference: `compartment/shop/production/${service}:${service}-1`,
		imageId: imageOf(service),
		origin: {commit: 'a1b2c3d', builtAt: time},
	},
});

/** A new environment on an empty engine. */
export function emptyWorld(descriptor = shop, routes: string | null = shopRoutes, environment = 'production'): World {
	const project = read(descriptor, routes ?? undefined, {directory: '/srv/shop'});
	const state: State = {...newState({project: project.name, environment, lineage}), updatedAt: time};
	const desired = describe(project, environment, []);
	const input: PlanInput = {
		mode: 'apply',
		desired,
		state,
		observed: {containers: [], networks: [], volumes: []},
		renamed: [],
		vitals: noVitals,
		images: desired.services.map(({name}) => newImage(name, [`first build, dockerfile: found ${name}/Dockerfile`])),
		resourceImages: {},
		router: 'missing',
		routerName: 'compartment-router',
		routerOutdated: [],
		pool: {cidr: '10.213.0.0/16', prefix: 26, routerPrefix: 29, used: []},
		routerTakenPort: null,
		servedCertificates: null,
		acmeServer: null,
		baseDomain: 'localhost',
		hstsSeconds: 0,
		takenHosts: [],
		foreign: {},
		isRouterShared: false,
		services: null,
		rebuild: false,
		replace: [],
		deleteData: false,
		deleteExternal: [],
		adopted: [],
		isInPlace: false,
		volumeUsers: {},
		deserted: [],
		isHold: false,
		deploymentType: 'deploy',
		release: 'ask',
		rollback: {},
		availableImages: new Set(),
		descriptorHash: project.hash,
		warnings: project.warnings,
		now: time,
	};
	return {project, input};
}

const generatedVariables = ({resources}: Project): Variable[] =>
	resources.flatMap(({name, generatedVariables}) =>
		Object.keys(generatedVariables).map(key => ({
			scope: {type: 'resource', name} as const,
			key,
			source: 'generated' as const,
			revision: `${name}-${key}-1`,
			updatedAt: time,
			isSensitive: true as const,
			ciphertext: 'YWdl',
		})),
	);

const containerOf = (
	{desired, state}: PlanInput,
	name: string,
	address: string,
	imageId: string,
	more: {readonly deployment?: string; readonly hosts?: readonly string[]} = {},
): ObservedContainer => ({
	id: `id of ${name}`,
	name,
	state: 'running',
	status: 'Up 2 hours',
	imageId,
	labels: {
		...labelsOf({
			lineage: state.lineage,
			project: desired.project,
			environment: desired.environment,
			address,
			deployment: more.deployment,
		}),
		...(more.hosts && more.hosts.length > 0 ? {[labels.hosts]: more.hosts.join(',')} : {}),
	},
	networks: {
		[environmentNetworkName(desired.project, desired.environment)]: '10.213.0.2',
		...(more.deployment ? {[meshNetworkName(desired.project, desired.environment)]: '10.213.0.66'} : {}),
	},
	createdAt: Date.parse(time),
});

const resourceRecord = ({
	name,
	spec,
	containerName,
	restart,
	readiness,
	preset,
	generatedVariables,
	outputs,
	operations,
}: DesiredResource): ResourceRecord => ({
	name,
	spec,
	imageId: `sha256:${spec.image}`,
	containerName,
	containerId: `id of ${containerName}`,
	restart,
	readiness,
	status: 'running',
	declared: {preset, generatedVariables, outputs, operations},
	updatedAt: time,
});

export const deploymentId = (service: string, number = 1): string => `dpl_${service}${number}`;

function deployment({desired}: PlanInput, service: DesiredService): Deployment {
	const id = deploymentId(service.name);
	const containerName = serviceContainerName(desired.project, desired.environment, service.name, id);
	return {
		id,
		run: 'run_1',
		service: service.name,
		kind: service.kind,
		status: 'succeeded',
		stage: 'active',
		type: 'deploy',
		spec: service.spec,
		readiness: service.readiness,
		schedule: service.schedule,
		imageId: imageOf(service.name),
		imageReference: `compartment/shop/production/${service.name}:${service.name}-1`,
		imageKey: `${service.name}-1`,
		imageOrigin: {commit: 'a1b2c3d', builtAt: time},
		containerName,
		containerId: isRunning(service.kind) ? `id of ${containerName}` : undefined,
		address: '10.213.0.2',
		port: 3000,
		slot: 'blue',
		routes: desired.routes.filter(rule => rule.on === service.name),
		createdAt: time,
		completedAt: time,
	};
}

const byKey = <Item, Value>(items: readonly Item[], entry: (item: Item) => [string, Value]): Record<string, Value> =>
	Object.fromEntries(items.map(entry));

/** The same world after a successful apply. */
export function deployedWorld(descriptor = shop, routes: string | null = shopRoutes): World {
	const {project, input: empty} = emptyWorld(descriptor, routes);
	const {environment} = empty.desired;
	const variables = generatedVariables(project);
	const desired = describe(project, environment, variables);
	const input = {...empty, desired};
	const deployments = desired.services.map(service => deployment(input, service));
	const names = [environmentNetworkName(project.name, environment), meshNetworkName(project.name, environment)];
	const network = (name: string, index: number) => ({name, subnet: `10.213.0.${index * 64}/26`});
	const labelsAt = (address: string) => labelsOf({lineage, project: project.name, environment, address});
	const state: State = {
		...empty.state,
		serial: 7,
		engine: 'engine-1',
		networks: {environment: network(names[0]!, 0), mesh: network(names[1]!, 1)},
		variables,
		volumes: byKey(desired.volumes, ({address, name, mountPath}) => [address, {name, mountPath, createdAt: time}]),
		resources: byKey(desired.resources, resource => [resource.name, resourceRecord(resource)]),
		images: byKey(desired.services, ({name}) => {
			const {key, reference, builder} = sameImage(name).planned;
			return [name, {key, reference, builder, imageId: imageOf(name), builtAt: time}];
		}),
		deployments: byKey(deployments, made => [made.id, made]),
		active: byKey(deployments, ({service, id}) => [service, id]),
		routes: desiredRoutes({desired, state: empty.state, services: null}),
	};
	const hostsOf = (name: string) => desired.services.find(service => service.name === name)!.hosts;
	return {
		project,
		input: {
			...input,
			state,
			observed: {
				containers: [
					...desired.resources.map(({containerName, address, spec}) =>
						containerOf(input, containerName, address, `sha256:${spec.image}`),
					),
					...deployments
						.filter(({containerId}) => containerId !== undefined)
						.map(({containerName, service, id, imageId}) =>
							containerOf(input, containerName, `service.${service}`, imageId, {
								deployment: id,
								hosts: hostsOf(service),
							}),
						),
				],
				networks: names.map((name, index) => ({
					id: `id of ${name}`,
					name,
					labels: labelsAt('network'),
					subnet: network(name, index).subnet,
				})),
				volumes: desired.volumes.map(({name, address}) => ({name, labels: labelsAt(address)})),
			},
			images: desired.services.map(({name}) => sameImage(name)),
			resourceImages: byKey(desired.resources, ({spec: {image}}) => [image, `sha256:${image}`]),
			router: 'running',
		},
	};
}

export const withInput = ({project, input}: World, patch: Partial<PlanInput>): World => ({
	project,
	input: {...input, ...patch},
});

export const withState = (world: World, patch: Partial<State>): World =>
	withInput(world, {state: {...world.input.state, ...patch}});

/** The world after an edit of the files; images of new services must be built. */
export function edited(world: World, descriptor: string, routes: string | null = shopRoutes): World {
	const {input} = world;
	const project = read(descriptor, routes ?? undefined, {directory: '/srv/shop'});
	const desired = describe(project, input.desired.environment, input.state.variables);
	const images = desired.services.map(
		({name}) => input.images.find(({planned}) => planned.service === name) ?? newImage(name, ['first build']),
	);
	return {project, input: {...input, desired, images, descriptorHash: project.hash, warnings: project.warnings}};
}

/** The world after replacing texts in the descriptor. */
export function rewritten(world: World, ...replacements: readonly [from: string, to: string][]): World {
	let text = shop;
	for (const [from, to] of replacements) {
		if (!text.includes(from)) throw new Error(`the descriptor has no ${from}`);
		text = text.replace(from, to);
	}
	return edited(world, text);
}

/** The world after `variable set`. */
export function withVariables(world: World, ...variables: readonly Variable[]): World {
	const {project, input} = world;
	const kept = input.state.variables.filter(
		({scope, key}) =>
			!variables.some(other => other.key === key && JSON.stringify(other.scope) === JSON.stringify(scope)),
	);
	const all = [...kept, ...variables];
	const desired = describe(project, input.desired.environment, all);
	return withInput(withState(world, {variables: all}), {desired});
}

export const plain = (scope: Variable['scope'], key: string, value: string): Variable => ({
	scope,
	key,
	source: 'user',
	revision: `revision of ${value}`,
	updatedAt: time,
	isSensitive: false,
	value,
});

export const sensitive = (scope: Variable['scope'], key: string, revision: string): Variable => ({
	scope,
	key,
	source: 'user',
	revision,
	updatedAt: time,
	isSensitive: true,
	ciphertext: 'YWdl',
});

/** The world after a change to the container at an address; null removes it. */
export function withContainer(world: World, address: string, patch: Partial<ObservedContainer> | null): World {
	const {observed} = world.input;
	if (!observed.containers.some(({labels: own}) => own[labels.address] === address))
		throw new Error(`nothing runs at ${address}`);
	const containers = observed.containers.flatMap(container => {
		if (container.labels[labels.address] !== address) return [container];
		return patch ? [{...container, ...patch}] : [];
	});
	return withInput(world, {observed: {...observed, containers}});
}

export const planOf = ({input}: World, patch: Partial<PlanInput> = {}): Plan => createPlan({...input, ...patch});

/** Kinds of a plan's actions by address, without `none`. */
export const busy = (plan: Plan): Record<string, Action['kind']> =>
	Object.fromEntries(plan.actions.filter(({kind}) => kind !== 'none').map(({address, kind}) => [address, kind]));

export function actionAt(plan: Plan, address: string): Action {
	const found = plan.actions.find(action => action.address === address);
	if (!found) throw new Error(`the plan has no ${address}`);
	return found;
}

export const reasonsAt = (world: World, address: string): readonly string[] => actionAt(planOf(world), address).reasons;
