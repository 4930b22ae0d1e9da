import type {ContainerConfiguration} from '../engine/engine.ts';
import type {DesiredResource} from '../model/specs.ts';
import type {EnvValue} from '../model/values.ts';
import type {AdoptedContainer} from './adoption.ts';
import type {PlanInput} from './input.ts';
import type {Change} from './plan.ts';

type Differences = {
	readonly changes: readonly Change[];
	/** The attributes, as reasons: `LOG_LEVEL changed`, `command changed`. */
	readonly reasons: readonly string[];
};

const hidden = {type: 'sensitive'} as const;
const absent = {type: 'absent'} as const;

/** Whether a container has the value that it would get. */
function isSame(key: string, value: EnvValue, {configuration, equalSecrets}: AdoptedContainer): boolean {
	if (value.type === 'plain') return value.value === configuration.env[key];
	// A missing value is taken from the container.
	return value.type === 'secret' && (value.revision === null || equalSecrets.has(key));
}

const shownAs = (value: EnvValue): Change['after'] =>
	value.type === 'plain'
		? {type: 'text', text: value.value}
		: value.type === 'secret' && value.revision === null
			? {type: 'computed'}
			: hidden;

function envDifferences(resource: DesiredResource, container: AdoptedContainer): Change[] {
	return Object.entries(resource.spec.env).flatMap(([key, value]): Change[] => {
		const name = `env.${key}`;
		if (!Object.hasOwn(container.configuration.env, key)) return [{name, before: absent, after: shownAs(value)}];
		// What a container has may be a secret, whatever its name.
		return isSame(key, value, container) ? [] : [{name, before: hidden, after: shownAs(value)}];
	});
}

const text = (words: readonly string[] | undefined): Change['after'] =>
	words === undefined || words.length === 0 ? absent : {type: 'text', text: words.join(' ')};

function commandDifference({spec}: DesiredResource, {command}: ContainerConfiguration): Change[] {
	const [before, after] = [command ?? [], spec.command ?? []];
	const isEqual = before.length === after.length && before.every((word, index) => word === after[index]);
	// A command line may hold a password.
	return isEqual ? [] : [{name: 'command', before: before.length > 0 ? hidden : absent, after: text(after)}];
}

function imageDifference(
	{resourceImages}: Pick<PlanInput, 'resourceImages'>,
	{spec}: DesiredResource,
	{image, imageId}: ContainerConfiguration,
): Change[] {
	if (resourceImages[spec.image] === imageId) return [];
	return [{name: 'image', before: {type: 'text', text: image}, after: {type: 'text', text: spec.image}}];
}

/** What of a container only its creation decides, and compartment.yml does not say. */
const others = (resource: DesiredResource, {entrypoint, user, mounts}: ContainerConfiguration): string[] => [
	...(entrypoint ? ['entrypoint removed'] : []),
	...(user ? ['user removed'] : []),
	...mounts
		.filter(({path, type}) => type !== 'volume' && !Object.values(resource.spec.volumes).includes(path))
		.map(({path}) => `mount ${path} removed`),
];

/** How a container differs from the resource that it becomes, without the value of any of its variables. */
export function differencesOf(
	input: Pick<PlanInput, 'resourceImages'>,
	resource: DesiredResource,
	container: AdoptedContainer,
): Differences {
	const {configuration} = container;
	const changes = [
		...imageDifference(input, resource, configuration),
		...commandDifference(resource, configuration),
		...envDifferences(resource, container),
	];
	const reasons = changes.map(
		({name, before}) => `${name.replace(/^env\./, '')} ${before.type === 'absent' ? 'added' : 'changed'}`,
	);
	return {changes, reasons: [...reasons, ...others(resource, configuration)]};
}
