import type {Schedule} from '../descriptor/project.ts';
import type {ResourceSpec, ServiceSpec} from '../model/specs.ts';
import type {Env, EnvValue} from '../model/values.ts';
import type {DeclaredResource} from '../state/backup.ts';
import type {Deployment, ResourceRecord, VolumeRecord} from '../state/state.ts';
import type {Attribute, Attributes} from './attribute.ts';
import {imageAttribute, type NamedImage} from './image-attribute.ts';
import type {Change, ShownValue} from './plan.ts';

const absent: ShownValue = {type: 'absent'};

const textAttribute = (text: string): Attribute => ({shown: {type: 'text', text}, identity: `=${text}`});

function envAttribute(value: EnvValue): Attribute {
	switch (value.type) {
		case 'plain':
			return textAttribute(value.value);
		case 'secret':
			return {shown: {type: value.revision === null ? 'computed' : 'sensitive'}, identity: value.revision};
		case 'output':
			if (value.isSensitive && value.fingerprint !== null)
				return {shown: {type: 'sensitive'}, identity: value.fingerprint};
			if (value.fingerprint === null) return {shown: {type: 'computed'}, identity: null};
			return {
				shown: {type: 'text', text: `from ${value.resource}.${value.output}`},
				identity: value.fingerprint,
				// Makes a change of the value alone visible.
				detail: `value ${value.fingerprint.slice(0, 7)}`,
			};
	}
}

const envAttributes = (env: Env): Record<string, Attribute> =>
	Object.fromEntries(Object.entries(env).map(([key, value]) => [`env.${key}`, envAttribute(value)]));

type Scalar = string | number | boolean | readonly (string | number)[] | undefined;

// Quotes items with spaces, so that two different lists never have the same text.
const listText = (items: readonly (string | number)[]): string =>
	items.map(item => (/^[^\s"\\]+$/.test(String(item)) ? item : JSON.stringify(item))).join(' ');

// An unset field has no attribute, so a field that a newer version adds does not change existing objects.
function scalar(name: string, value: Scalar): Attributes {
	if (value === undefined || (Array.isArray(value) && value.length === 0)) return {};
	return {[name]: textAttribute(typeof value === 'object' ? listText(value) : String(value))};
}

const entries = (prefix: string, values: Readonly<Record<string, Scalar>>): Attributes =>
	Object.assign({}, ...Object.entries(values).map(([key, value]) => scalar(`${prefix}.${key}`, value)));

const isList = (value: unknown): value is readonly (string | number)[] => Array.isArray(value);

/** Every scalar in nested data, such as `backup.schedule.interval`, including fields that are added later. */
function nested(name: string, value: unknown): Attributes {
	if (value === undefined || value === null) return {};
	if (isList(value) || typeof value !== 'object') return scalar(name, value as Scalar);
	return Object.assign({}, ...Object.entries(value).map(([key, inner]) => nested(`${name}.${key}`, inner)));
}

/** How each field becomes attributes. A new field does not compile without an entry. */
type Describe<Fields> = {readonly [Name in keyof Fields]-?: (value: Fields[Name]) => Attributes};

const attributesOf = <Fields extends object>(describe: Describe<Fields>, fields: Fields): Attributes =>
	Object.assign({}, ...(Object.keys(describe) as (keyof Fields)[]).map(name => describe[name](fields[name])));

const resourceSpec: Describe<ResourceSpec> = {
	image: value => scalar('image', value),
	command: value => scalar('command', value),
	hostname: value => scalar('hostname', value),
	ports: value => scalar('ports', value),
	volumes: value => entries('volumes', value),
	env: envAttributes,
};

/** The attributes that make a resource's container (docs/rules.md, "Replaced stop-first"). */
export const resourceAttributes = (spec: ResourceSpec): Attributes => attributesOf(resourceSpec, spec);

/** How a plan treats each field of a resource's record: it is compared, or it is bookkeeping (`life`). */
export const resourceFields = {
	name: 'life',
	spec: 'compared',
	imageId: 'image',
	containerName: 'life',
	containerId: 'life',
	restart: 'compared',
	readiness: 'compared',
	status: 'life',
	restore: 'life',
	rotation: 'life',
	crashLoop: 'life',
	isAdopted: 'life',
	guests: 'life',
	declared: 'compared',
	updatedAt: 'life',
} as const satisfies Record<keyof ResourceRecord, 'compared' | 'image' | 'life'>;

type Marked<Fields, Mark> = {[Name in keyof Fields]: Fields[Name] extends Mark ? Name : never}[keyof Fields];

type ResourceSettings = Omit<Pick<ResourceRecord, Marked<typeof resourceFields, 'compared'>>, 'spec'>;

const declaredResource: Describe<DeclaredResource> = {
	preset: value => scalar('preset', value),
	generatedVariables: value => nested('generatedVariables', value),
	outputs: value => nested('outputs', value),
	operations: value => nested('operations', value),
};

const resourceSettings: Describe<ResourceSettings> = {
	restart: value => scalar('restart.policy', value),
	readiness: value => scalar('readiness', value ? `tcp ${value.port} within ${value.timeoutMs} ms` : 'disabled'),
	declared: value => (value ? attributesOf(declaredResource, value) : {}),
};

/** Recorded settings of a resource that need no new container. */
export const settingAttributes = (settings: ResourceSettings): Attributes => attributesOf(resourceSettings, settings);

/** How a plan treats each field of a volume's record. Another mount path blocks the plan (`volumes.ts`). */
export const volumeFields = {
	name: 'life',
	mountPath: 'blocked',
	createdAt: 'life',
	initialised: 'life',
	isExternal: 'life',
	isReleased: 'life',
	backup: 'compared',
	restore: 'life',
} as const satisfies Record<keyof VolumeRecord, 'compared' | 'blocked' | 'life'>;

/** How a volume is backed up, which needs no new container. */
export const volumeAttributes = ({backup}: Pick<VolumeRecord, Marked<typeof volumeFields, 'compared'>>): Attributes =>
	nested('backup', backup);

/** How a plan treats each field of a deployment; `image` and `routes` are compared where they are planned. */
export const deploymentFields = {
	id: 'life',
	run: 'life',
	service: 'life',
	kind: 'compared',
	status: 'life',
	stage: 'life',
	type: 'life',
	label: 'life',
	spec: 'compared',
	readiness: 'compared',
	schedule: 'compared',
	imageId: 'image',
	imageReference: 'image',
	imageKey: 'image',
	imageOrigin: 'image',
	containerName: 'life',
	containerId: 'life',
	address: 'life',
	// Derived from the specification and the image.
	port: 'life',
	slot: 'life',
	isHeld: 'life',
	routes: 'routes',
	createdAt: 'life',
	completedAt: 'life',
	failure: 'life',
	crashLoop: 'life',
	unfinishedRollback: 'life',
} as const satisfies Record<keyof Deployment, 'compared' | 'image' | 'routes' | 'life'>;

type ServiceParts = Pick<Deployment, Marked<typeof deploymentFields, 'compared'>>;

const serviceSpec: Describe<ServiceSpec> = {
	command: value => scalar('command', value),
	port: value => scalar('port', value),
	restart: value => entries('restart', value),
	limits: value => entries('limits', value ?? {}),
	secretFiles: value => entries('secretFiles', value),
	volumes: (value = {}) =>
		entries(
			'volumes',
			Object.fromEntries(
				Object.entries(value).map(([handle, {path, exclusive}]) => [handle, exclusive ? `${path} (exclusive)` : path]),
			),
		),
	env: envAttributes,
};

const scheduleAttributes = ({concurrency, timeoutMs, ...schedule}: Schedule): Attributes => ({
	...scalar('schedule', 'cron' in schedule ? schedule.cron : schedule.interval),
	...entries('schedule', {concurrency, timeoutMs}),
});

const serviceParts: Describe<ServiceParts> = {
	kind: value => scalar('kind', value),
	spec: value => attributesOf(serviceSpec, value),
	// There is only one type, so it is not shown.
	readiness: value => entries('readiness', value ? {path: value.path, timeoutMs: value.timeoutMs} : {}),
	schedule: value => (value ? scheduleAttributes(value) : {}),
};

/** The attributes of a deployment. Without `image` only the configuration is compared. */
export const serviceAttributes = (parts: ServiceParts, image?: NamedImage): Attributes => ({
	...attributesOf(serviceParts, parts),
	...(image ? {image: imageAttribute(image)} : {}),
});

export type Comparison = {readonly changes: readonly Change[]; readonly unchanged: number};

// The image first: most changes are about it.
const byName = (a: string, b: string): number =>
	Number(b === 'image') - Number(a === 'image') || (a < b ? -1 : a > b ? 1 : 0);

const withDetail = ({shown, detail}: Attribute): ShownValue =>
	shown.type === 'text' && detail ? {...shown, text: `${shown.text} (${detail})`} : shown;

function shownApart(old: Attribute | undefined, next: Attribute | undefined): Pick<Change, 'before' | 'after'> {
	const [before, after] = [old?.shown ?? absent, next?.shown ?? absent];
	const isAlike = before.type === 'text' && after.type === 'text' && before.text === after.text;
	return isAlike ? {before: withDetail(old!), after: withDetail(next!)} : {before, after};
}

/** The differences between two sets of attributes. A value that is not known yet always differs. */
export function compareAttributes(before: Attributes, after: Attributes): Comparison {
	const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(byName);
	const changes: Change[] = [];
	for (const name of names) {
		const [old, next] = [before[name], after[name]];
		if (old && next && old.identity !== null && old.identity === next.identity) continue;
		changes.push({name, ...shownApart(old, next)});
	}
	return {changes, unchanged: names.length - changes.length};
}

/** The changes without the image's, which its own action explains. */
export const withoutImage = (changes: readonly Change[]): Change[] => changes.filter(({name}) => name !== 'image');

/** The changes as reasons: `POSTGRES_DB changed`, `LOG_LEVEL added`. */
export function reasonsOf(changes: readonly Change[]): string[] {
	return changes.map(({name, before, after}) => {
		const label = name.replace(/^env\./, '');
		if (before.type === 'absent') return `${label} added`;
		return after.type === 'absent' ? `${label} removed` : `${label} changed`;
	});
}

/** Names of the variables whose values differ or are not known yet. */
export const envChanges = (before: Env, after: Env): string[] =>
	compareAttributes(envAttributes(before), envAttributes(after)).changes.map(({name}) => name.slice('env.'.length));
