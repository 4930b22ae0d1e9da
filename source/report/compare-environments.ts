import type {Env, EnvValue} from '../model/values.ts';
import {scopeAddress} from '../model/values.ts';
import type {
	ComparedImage,
	ComparedObject,
	ComparedVariable,
	EnvironmentComparison,
	ImageRelation,
} from '../output/environments/comparison.ts';
import type {Attributes} from '../plan/attribute.ts';
import {compareAttributes, resourceAttributes, serviceAttributes, settingAttributes} from '../plan/attributes.ts';
import {
	describePrebuilt,
	imageOf,
	imageOfResource,
	isBuilt,
	isSameImage,
	type NamedImage,
	shortImage,
} from '../plan/image-attribute.ts';
import type {Change, ShownValue} from '../plan/plan.ts';
import {describeRule} from '../plan/routes.ts';
import {activeDeployment} from '../state/deployments.ts';
import type {Deployment, ResourceRecord, State} from '../state/state.ts';

/** One of the environments, with its sensitive values by `secretKey`; undefined if they cannot be read. */
export type ComparedState = {
	readonly state: State;
	readonly secrets: ReadonlyMap<string, string> | undefined;
};

/** Names a sensitive value of one environment. */
export const secretKey = ({scope, key}: Pick<Extract<EnvValue, {type: 'secret'}>, 'scope' | 'key'>): string =>
	`${scopeAddress(scope)} ${key}`;

function relationOf(from: NamedImage, to: NamedImage): ImageRelation {
	if (from.id === to.id) return 'same';
	if (isSameImage(from, to)) return 'same source';
	const [before, after] = [from.origin?.builtAt, to.origin?.builtAt];
	if (before === undefined || after === undefined || before === after) return 'different';
	return before < after ? 'newer' : 'older';
}

const comparedImage = (image: NamedImage): ComparedImage => ({
	name: isBuilt(image)
		? shortImage(image)
		: describePrebuilt(image.reference, image.id ?? image.key, image.origin?.digest),
	builtAt: isBuilt(image) ? (image.origin?.builtAt ?? null) : null,
});

function shownValue(value: EnvValue | undefined): ShownValue {
	if (!value) return {type: 'absent'};
	if (value.type === 'plain') return {type: 'text', text: value.value};
	if (value.type === 'output') return {type: 'text', text: `from ${value.resource}.${value.output}`};
	return {type: 'sensitive'};
}

/** Whether two values are equal: outputs by their name, because each environment has its own resources. */
function isEqual(
	from: EnvValue | undefined,
	to: EnvValue | undefined,
	[first, second]: readonly [ComparedState, ComparedState],
): boolean | undefined {
	if (from?.type === 'plain' && to?.type === 'plain') return from.value === to.value;
	if (from?.type === 'output' && to?.type === 'output')
		return from.resource === to.resource && from.output === to.output;
	if (from?.type !== 'secret' || to?.type !== 'secret') return false;
	const [before, after] = [first.secrets?.get(secretKey(from)), second.secrets?.get(secretKey(to))];
	return before === undefined || after === undefined ? undefined : before === after;
}

function compareVariables(
	from: Env,
	to: Env,
	states: readonly [ComparedState, ComparedState],
): readonly ComparedVariable[] {
	const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
	return names.map(name => ({
		change: {name, before: shownValue(from[name]), after: shownValue(to[name])},
		isEqual: isEqual(from[name], to[name], states),
	}));
}

/** Attributes of a deployment without its image and variables, which are compared on their own. */
const deploymentAttributes = (deployment: Deployment): Attributes =>
	serviceAttributes({...deployment, spec: {...deployment.spec, env: {}}});

/** The same of a resource, without its host, which has the name of the environment. */
function recordAttributes(record: ResourceRecord): Attributes {
	const {image: _, hostname: __, ...attributes} = resourceAttributes({...record.spec, env: {}});
	return {...attributes, ...settingAttributes(record)};
}

/** What one environment has of a service or resource. */
type Side = {readonly image: NamedImage; readonly attributes: Attributes; readonly env: Env};

const serviceSide = (state: State, name: string): Side | undefined => {
	const deployment = activeDeployment(state, name);
	return (
		deployment && {
			image: imageOf(deployment),
			attributes: deploymentAttributes(deployment),
			env: deployment.spec.env,
		}
	);
};

const resourceSide = (state: State, name: string): Side | undefined => {
	const record = state.resources[name];
	return record && {image: imageOfResource(record), attributes: recordAttributes(record), env: record.spec.env};
};

function compareObject(
	{kind, name}: Pick<ComparedObject, 'kind' | 'name'>,
	states: readonly [ComparedState, ComparedState],
): ComparedObject {
	const side = kind === 'service' ? serviceSide : resourceSide;
	const [from, to] = [side(states[0].state, name), side(states[1].state, name)];
	const images = [from && comparedImage(from.image), to && comparedImage(to.image)] as const;
	if (!from || !to) return {kind, name, images, relation: undefined, changes: [], variables: []};
	return {
		kind,
		name,
		images,
		relation: relationOf(from.image, to.image),
		changes: compareAttributes(from.attributes, to.attributes).changes,
		variables: compareVariables(from.env, to.env, states),
	};
}

/** Rules and access of what both environments serve. Hosts are left out: they have the name of the environment. */
function routeAttributes({routes}: State, isInBoth: (service: string) => boolean): Attributes {
	const access = Object.entries(routes?.access ?? {}).filter(([service]) => isInBoth(service));
	const services = new Set((routes?.rules ?? []).map(({on}) => on).filter(isInBoth));
	const rules = [...services].map(service => [
		`rules.${service}`,
		(routes?.rules ?? [])
			.filter(({on}) => on === service)
			.map(describeRule)
			.join(', '),
	]);
	const texts = [...access.map(([service, mode]) => [`access.${service}`, mode]), ...rules];
	return Object.fromEntries(texts.map(([name, text = '']) => [name, {shown: {type: 'text', text}, identity: text}]));
}

const namesIn = (states: readonly ComparedState[], namesOf: (state: State) => readonly string[]): string[] =>
	[...new Set(states.flatMap(({state}) => namesOf(state)))].sort();

/** Compares what two environments of a project run. Pure. */
export function compareEnvironments(
	from: ComparedState,
	to: ComparedState,
	warnings: readonly string[] = [],
): EnvironmentComparison {
	const states = [from, to] as const;
	const services = namesIn(states, ({active}) => Object.keys(active));
	const resources = namesIn(states, state => Object.keys(state.resources));
	const isInBoth = (service: string) => states.every(({state}) => state.active[service] !== undefined);
	const routes: readonly Change[] = compareAttributes(
		routeAttributes(from.state, isInBoth),
		routeAttributes(to.state, isInBoth),
	).changes;
	return {
		project: from.state.project,
		environments: [from.state.environment, to.state.environment],
		objects: [
			...services.map(name => compareObject({kind: 'service', name}, states)),
			...resources.map(name => compareObject({kind: 'resource', name}, states)),
		],
		routes,
		warnings,
	};
}
