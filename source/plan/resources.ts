import {command} from '../hint.ts';
import {resourceAddress} from '../model/address.ts';
import {isKeptUp} from '../model/container-state.ts';
import type {DesiredResource} from '../model/specs.ts';
import {volumesIn} from '../model/volumes.ts';
import type {ResourceRecord} from '../state/state.ts';
import {action, blocked, blockedByForeign, unchangedAction} from './actions.ts';
import {adoptResource, stopLeftOver} from './adopt.ts';
import type {Attributes} from './attribute.ts';
import {compareAttributes, reasonsOf, resourceAttributes, settingAttributes, withoutImage} from './attributes.ts';
import {containerDrift, networksAround, whyBroken} from './containers.ts';
import {resourceHealth} from './health.ts';
import {describePrebuilt} from './image-attribute.ts';
import {blockedInitialisation} from './initialised.ts';
import {type PlanInput, resourceContainer} from './input.ts';
import type {Action, Change, Drift} from './plan.ts';
import {reachedThrough} from './router-use.ts';
import {blockedResource} from './unfinished-restore.ts';
import {blockedSharing} from './volume-users.ts';

/** Drift of the containers of recorded resources. */
export function resourceDrift(input: PlanInput): Drift[] {
	return Object.values(input.state.resources).flatMap((record): Drift[] => {
		const address = resourceAddress(record.name);
		const container = resourceContainer(input.observed, record.containerName);
		return record.status === 'stopped'
			? []
			: containerDrift(address, resourceHealth(input, record), container, [networksAround(input, container)[0]]);
	});
}

/** Blocks a plan for each resource that exists and is no longer declared (docs/rules.md, "No data lost by an edit"). */
export function undeclaredResources(input: PlanInput): Action[] {
	const declared = new Set(input.desired.resources.map(resource => resource.name));
	return Object.values(input.state.resources)
		.filter(record => !declared.has(record.name))
		.map(({name}) =>
			blocked(
				resourceAddress(name),
				'resource',
				`Resource ${name} exists but is not declared in compartment.yml. Run compartment resource delete before removing it from YAML.`,
				command('resource delete', '--resource', name),
			),
		);
}

/** Changed settings, compared as far as the record has them: one of an older version may lack some. */
function settingChanges(record: ResourceRecord, resource: DesiredResource): Change[] {
	const {restart, readiness, preset, generatedVariables, outputs, operations} = resource;
	const declared = record.declared && {preset, generatedVariables, outputs, operations};
	const {changes} = compareAttributes(settingAttributes(record), settingAttributes({restart, readiness, declared}));
	return [...changes];
}

/** The container's attributes with its image, compared by id as well as by name. */
function withImage(attributes: Attributes, reference: string, id: string | undefined): Attributes {
	const image = {
		shown: {type: 'text', text: id ? describePrebuilt(reference, id) : reference},
		identity: id ? `${reference} ${id}` : null,
	} as const;
	return {...attributes, image};
}

/** One resource: create, keep, update in place, or replace (docs/rules.md, "Replaced stop-first"). */
export function planResource(input: PlanInput, resource: DesiredResource): Action {
	const decided = stopLeftOver(input, decideResource(input, resource));
	if (decided.kind === 'none') return decided;
	return (
		blockedResource(input.state, resource.name) ??
		blockedInitialisation(input, resource) ??
		blockedSharing(input, resource.name, decided) ??
		decided
	);
}

/** Why a resource without a record is created. It may have been deleted without its data. */
function firstReason(input: PlanInput, {name}: DesiredResource): string {
	const kept = input.desired.volumes.filter(
		({owner, address, name: volume}) =>
			owner === name &&
			// Null: no container has ever become ready on it.
			input.state.volumes[address]?.initialised !== null &&
			input.observed.volumes.some(found => found.name === volume),
	);
	if (kept.length === 0) return 'first deployment';
	const names = kept.map(({handle}) => handle).join(', ');
	return `its volume${kept.length === 1 ? '' : 's'} ${names} ${kept.length === 1 ? 'is' : 'are'} not empty`;
}

/** Why a resource leaves the networks of the containers that it took over: nothing there is taken over any more. */
const guestReasons = ({mode, deserted}: PlanInput, {guests = []}: ResourceRecord): string[] =>
	guests
		.filter(({network}) => mode === 'apply' && deserted.includes(network))
		.map(({network}) => `it leaves network ${network}, in which nothing else runs any more`);

function decideResource(input: PlanInput, resource: DesiredResource): Action {
	const {address} = resource;
	const volumes = volumesIn(input.desired, resource.name);
	const dependsOn = [...reachedThrough(resource.readiness !== undefined), ...volumes.map(volume => volume.address)];
	const base = {address, object: 'resource', dependsOn} as const;
	const record = input.state.resources[resource.name];
	const {image} = resource.spec;
	const resolved = input.resourceImages[image];
	const after = withImage(resourceAttributes(resource.spec), image, resolved);
	if (!record) {
		const foreign = input.foreign[address];
		if (foreign) return blockedByForeign(base, 'container', foreign);
		const adopted = adoptResource(input, resource, base);
		if (adopted) return adopted;
		const {changes} = compareAttributes({}, after);
		return action({...base, kind: 'create', reasons: [firstReason(input, resource)], changes});
	}
	const before = withImage(resourceAttributes(record.spec), record.spec.image, record.imageId);
	const isSameImage = resource.spec.image === record.spec.image;
	const moves = compareAttributes(before, isSameImage && !resolved ? {...after, image: before['image']!} : after);
	const settings = settingChanges(record, resource);
	const {unchanged} = moves;
	const changes = [...moves.changes, ...settings];
	const replace = (reasons: readonly string[]) =>
		action({...base, kind: 'replace', order: 'destroy-first', reasons, changes, unchanged});
	const container = resourceContainer(input.observed, record.containerName);
	if (!container) {
		const reason = record.status === 'stopped' ? 'resource is stopped' : 'container was removed outside Compartment';
		return action({...base, kind: 'create', reasons: [reason], changes, unchanged});
	}
	const isImageMoved = resolved !== undefined && resolved !== record.imageId && isSameImage;
	const reasons = [
		...(isSameImage ? [] : ['image changed']),
		...reasonsOf(withoutImage(moves.changes)),
		...(isImageMoved ? [`image ${image} now resolves to another digest`] : []),
		...whyBroken(input, container, resourceHealth(input, record), [networksAround(input, container)[0]]),
		// A failed replacement could not be undone.
		...(container.id === record.containerId ? [] : ['its container is not the recorded one']),
		...(input.replace.includes(address) ? ['replacement requested with --replace'] : []),
	];
	if (reasons.length > 0) return replace([...reasons, ...reasonsOf(settings)]);
	const stopped = record.status === 'stopped' ? 'resource is stopped' : 'container was stopped outside Compartment';
	const updates = [...(isKeptUp(container) ? [] : [stopped]), ...guestReasons(input, record), ...reasonsOf(settings)];
	return updates.length > 0
		? action({...base, kind: 'update', reasons: updates, changes: settings, unchanged})
		: unchangedAction(address, 'resource', unchanged);
}
