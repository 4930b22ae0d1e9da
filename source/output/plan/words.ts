import type {Action, Drift, Plan} from '../../plan/plan.ts';

/** The meaning of each sign, in the order of the legend. */
export const legend: readonly (readonly [sign: string, meaning: string])[] = [
	['+', 'create'],
	['~', 'update'],
	['+/-', 'replace, new one first'],
	['-/+', 'replace, old one stops first'],
	['@', 'adopt'],
	['-', 'delete'],
	['>', 'run'],
	['!', 'blocked'],
];

const isPrebuilt = (plan: Plan, address: string): boolean =>
	plan.desired.services.some(({name, image}) => `image.${name}` === address && image.type === 'prebuilt');

function imageVerb(plan: Plan, {address, kind}: Action): string {
	if (isPrebuilt(plan, address)) return 'will be pulled';
	return kind === 'create' ? 'will be built' : 'will be rebuilt';
}

function adoptionVerb({object, order}: Action): string {
	if (object === 'volume') return 'will be adopted with its data';
	if (order === undefined) return object === 'resource' ? 'will be adopted in place' : 'will be adopted';
	if (order === 'create-first') return 'will be adopted, new one first';
	return object === 'resource' ? 'will be adopted, recreated on its volumes' : 'will be adopted, old one stopped first';
}

/** What happens to the object, to follow its address: `will be created`. */
export function verbOf(plan: Plan, action: Action): string {
	const {kind, object, order, deletesData} = action;
	if (object === 'image' && (kind === 'create' || kind === 'update' || kind === 'replace'))
		return imageVerb(plan, action);
	switch (kind) {
		case 'create':
			return 'will be created';
		case 'update':
			return 'will be updated in place';
		case 'replace':
			return order === 'destroy-first' ? 'will be replaced, old one stopped first' : 'will be replaced, new one first';
		case 'adopt':
			return adoptionVerb(action);
		case 'delete':
			return deletesData ? 'will be deleted with all its data' : 'will be deleted';
		case 'run':
			return 'will run';
		case 'blocked':
			return 'is blocked';
		case 'none':
			return 'is unchanged';
	}
}

/** The heading for a kind of drift. */
export const driftWords = ({isUnhealthy}: Pick<Drift, 'isUnhealthy'>): string =>
	isUnhealthy ? 'Not healthy' : 'Changed outside Compartment';

function driftResult(environment: string, drift: readonly Drift[]): string {
	if (drift.length === 0) return `No drift. ${environment} matches its state.`;
	return drift.every(({isUnhealthy}) => isUnhealthy)
		? 'Nothing will be changed on the engine. An apply without --refresh-only replaces what is not healthy.'
		: 'Nothing will be changed on the engine. An apply records the drift above in the state.';
}

/** The sentence for a plan without changes. */
export function nothingToDo({mode, environment, drift}: Plan): string {
	switch (mode) {
		case 'apply':
			return `No changes. ${environment} matches compartment.yml.`;
		case 'destroy':
			return `Nothing to destroy. ${environment} has no objects.`;
		case 'refresh-only':
			return driftResult(environment, drift);
		case 'promote':
		case 'discard':
			return `No candidate is held in ${environment}.`;
		case 'rollback':
			return 'No valid rollback target was found.';
		case 'stop':
			return `Nothing runs in ${environment}.`;
		case 'start':
			return `Everything in ${environment} is already running.`;
		case 'rotate':
			return `Nothing to rotate in ${environment}.`;
		case 'renew':
			return `No certificate of ${environment} was asked for.`;
		case 'heal':
			return `Nothing is broken in ${environment}.`;
		case 'restart':
			return `Nothing to restart in ${environment}.`;
	}
}
