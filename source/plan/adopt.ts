import type {ContainerConfiguration} from '../engine/engine.ts';
import {command, type Hint, hint} from '../hint.ts';
import type {DesiredResource, DesiredService, DesiredVolume} from '../model/specs.ts';
import {volumesIn} from '../model/volumes.ts';
import {action, blocked, replaceOrder} from './actions.ts';
import {type AdoptedContainer, type Adoption, isTakenOver, mountOf, takenValues, takeoverOf} from './adoption.ts';
import {compareAttributes, type serviceAttributes} from './attributes.ts';
import {differencesOf} from './differences.ts';
import {blockedInitialValues} from './initial-values.ts';
import type {PlanInput} from './input.ts';
import type {Action} from './plan.ts';

type Base = Pick<Action, 'address' | 'object' | 'dependsOn'>;

const at = ({adopted}: PlanInput, address: string): AdoptedContainer[] =>
	adopted.filter(container => container.address === address);

const listed = (containers: readonly AdoptedContainer[]): string =>
	`container${containers.length === 1 ? '' : 's'} ${containers.map(({configuration}) => configuration.name).join(', ')}`;

const toAdopt = (input: PlanInput): readonly AdoptedContainer[] =>
	input.adopted.filter(({address}) => !isTakenOver(input.state, address));

/** A volume that an adopted container has mounted: it keeps its name and data, or why it cannot. */
export function adoptVolume(input: PlanInput, volume: DesiredVolume): Action | undefined {
	const {address, name, mountPath, isExternal} = volume;
	const record = input.state.volumes[address];
	if (isExternal && !record)
		return action({address, object: 'volume', kind: 'adopt', reasons: [`${name} keeps its name and its data`]});
	for (const container of input.adopted.filter(each => isOf(input, each, volume))) {
		const mount = mountOf(container, volume);
		const {name: containerName} = container.configuration;
		if (mount?.type === 'volume' && mount.source !== (record?.name ?? name))
			return blocked(
				address,
				'volume',
				`Container ${containerName} has volume ${mount.source} at ${mountPath}, but ${address} is recorded with another one.`,
				'delete or release the recorded volume first, if you do not need its data',
			);
		if (mount && mount.type !== 'volume')
			return blocked(
				address,
				'volume',
				`Container ${containerName} has a ${mount.type === 'bind' ? `folder of the machine, ${mount.source},` : 'temporary file system'} at ${mountPath}, not a volume.`,
				`stop ${containerName}, copy that data into a volume, start it on the volume, and adopt it again`,
			);
	}
	return undefined;
}

const isOf = ({desired}: PlanInput, {address}: AdoptedContainer, {owner}: DesiredVolume): boolean =>
	[...desired.resources, ...desired.services].some(each => each.address === address && each.name === owner);

const anonymous = /^[0-9a-f]{64}$/;

/** A volume with a name that compartment.yml does not declare: the service or resource would start without it. */
function undeclaredMount(
	input: PlanInput,
	containers: readonly AdoptedContainer[],
	{address, name}: DesiredResource | DesiredService,
): Action | undefined {
	const declared = new Set(volumesIn(input.desired, name).map(({mountPath}) => mountPath));
	for (const {configuration} of containers) {
		const lost = configuration.mounts.find(
			mount => mount.type === 'volume' && !anonymous.test(mount.source) && !declared.has(mount.path),
		);
		if (lost?.type !== 'volume') continue;
		return blocked(
			address,
			address.startsWith('resource.') ? 'resource' : 'service',
			`Container ${configuration.name} has volume ${lost.source} at ${lost.path}, which compartment.yml does not declare.`,
			`declare a volume of ${name} that is mounted at ${lost.path}`,
		);
	}
	return undefined;
}

/** The names of the variables whose values are read from a container, as a reason. */
function valueReasons(input: PlanInput, address: string): string[] {
	const keys = takenValues(at(input, address), input.desired, input.state).map(({key}) => key);
	return keys.length === 0 ? [] : [`${keys.join(', ')} ${keys.length === 1 ? 'is' : 'are'} taken from the container`];
}

/** The label by which `docker compose down` finds a container. */
export const composeLabel = 'com.docker.compose.project';

const isOfCompose = ({labels}: ContainerConfiguration): boolean => labels[composeLabel] !== undefined;

/** Why a container has to be made again, although it does what compartment.yml says: labels cannot be changed. */
const labelReasons = ({isInPlace}: PlanInput, configuration: ContainerConfiguration): string[] =>
	isOfCompose(configuration) && !isInPlace
		? [`its label ${composeLabel}, by which docker compose down would remove it`]
		: [];

/** Takes over the container of a resource that has none of ours yet; undefined when none is adopted. */
export function adoptResource(input: PlanInput, resource: DesiredResource, base: Base): Action | undefined {
	const containers = at(input, resource.address);
	const [container] = containers;
	if (!container) return undefined;
	const {configuration} = container;
	const obstacle = undeclaredMount(input, containers, resource) ?? blockedInitialValues(resource, container);
	if (obstacle) return obstacle;
	const {changes, reasons} = differencesOf(input, resource, container);
	const forced = [...labelReasons(input, configuration), ...reasons];
	const values = valueReasons(input, resource.address);
	// A container that does not run has nothing to keep.
	if (forced.length === 0 && container.isRunning)
		return action({...base, kind: 'adopt', reasons: ['it matches and is not restarted', ...values]});
	const order = 'destroy-first';
	const why = forced.length > 0 ? forced : ['it does not run'];
	return action({...base, kind: 'adopt', order, reasons: [...why, ...values], changes});
}

/** Takes over a service that has no deployment yet: a new one starts beside the container, and serves before that stops. */
export function adoptService(
	input: PlanInput,
	service: DesiredService,
	base: Base,
	after: ReturnType<typeof serviceAttributes>,
): Action | undefined {
	const containers = at(input, service.address);
	if (containers.length === 0) return undefined;
	const obstacle = undeclaredMount(input, containers, service);
	if (obstacle) return obstacle;
	const order = replaceOrder(service);
	const reason =
		order === 'create-first'
			? `${listed(containers)} stop${containers.length === 1 ? 's' : ''} when the new deployment serves`
			: `${listed(containers)} stop${containers.length === 1 ? 's' : ''} before the new deployment starts`;
	const {changes} = compareAttributes({}, after);
	const reasons = [reason, ...valueReasons(input, service.address)];
	return action({...base, kind: 'adopt', order, reasons, changes});
}

/** What was taken over while its adopted container still runs, as after an interrupted adoption: that is stopped. */
export function stopLeftOver(input: PlanInput, decided: Action): Action {
	const running = at(input, decided.address).filter(({isRunning}) => isRunning);
	if (decided.kind !== 'none' || running.length === 0) return decided;
	const {address, object, unchanged} = decided;
	return action({address, object, kind: 'adopt', reasons: [`${listed(running)} still runs and is stopped`], unchanged});
}

/** The containers that the actions of a plan take over, with the variables whose values it reads. */
export function adoptionOf(input: PlanInput, actions: readonly Action[]): {readonly adoption?: Adoption} {
	const isAdopted = ({address}: AdoptedContainer) =>
		actions.some(each => each.address === address && each.kind === 'adopt');
	const adopted = input.adopted.filter(isAdopted);
	if (adopted.length === 0) return {};
	const values = takenValues(adopted, input.desired, input.state);
	const isKept = (address: string) => !isTakenOver(input.state, address) && isAdoptedInPlace(actions, address);
	return {adoption: {containers: adopted.map(each => takeoverOf(input.desired, each, isKept(each.address))), values}};
}

/** Says of containers that stay as they are what can still remove them. */
const inPlaceWarnings = (input: PlanInput, actions: readonly Action[]): Hint[] =>
	input.adopted
		.filter(({address, configuration}) => isOfCompose(configuration) && isAdoptedInPlace(actions, address))
		.map(
			({address, configuration: {name}}) =>
				hint`${address}: docker compose down would remove ${name} until it is replaced: ${command('apply', '--replace', address)}`,
		);

const isAdoptedInPlace = (actions: readonly Action[], address: string): boolean =>
	actions.some(each => each.address === address && each.object === 'resource' && each.kind === 'adopt' && !each.order);

/** What adopted containers have that does not come along. */
const lossWarnings = (input: PlanInput, actions: readonly Action[]): Hint[] =>
	toAdopt(input)
		.filter(({address}) => !isAdoptedInPlace(actions, address))
		.flatMap(({address, configuration: {name, publish, mounts}}): Hint[] => [
			...publish.map(
				({host, port}) =>
					hint`${address}: port ${host}:${String(port)}, which ${name} publishes, is not published any more. The router serves services at their own hosts`,
			),
			...mounts
				.filter(({type, path}) => type === 'bind' && !input.desired.volumes.some(({mountPath}) => mountPath === path))
				.map(
					mount => hint`${address}: ${name} has a folder of the machine at ${mount.path}, which does not come along`,
				),
		]);

/** Says what starts with empty volumes beside what is adopted: its data may be in a container that was not named. */
const emptyWarnings = ({adopted}: PlanInput, actions: readonly Action[]): Hint[] =>
	adopted.length === 0
		? []
		: actions
				.filter(({object, kind}) => object === 'volume' && kind === 'create')
				.map(
					({address}) =>
						hint`${address} is new and empty. To keep the data of a container that runs already, adopt it too, now`,
				);

/** What the user should know of an adoption besides its actions. */
export const adoptionWarnings = (input: PlanInput, actions: readonly Action[]): Hint[] => [
	...lossWarnings(input, actions),
	...inPlaceWarnings(input, actions),
	...emptyWarnings(input, actions),
];
