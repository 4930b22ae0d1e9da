import type {HttpReadiness, Schedule, ServiceKind} from '../descriptor/project.ts';
import type {ResourceSpec, ServiceSpec} from '../model/specs.ts';
import type {Env, EnvValue} from '../model/values.ts';
import type {Change, ShownValue} from './plan.ts';

/** One attribute of an object: what is shown, and what decides whether two are the same. */
export type Attribute = {readonly shown: ShownValue; readonly identity: string | null};

export type Attributes = Readonly<Record<string, Attribute>>;

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
			return {shown: {type: 'text', text: `from ${value.resource}.${value.output}`}, identity: value.fingerprint};
	}
}

const envAttributes = (env: Env): Record<string, Attribute> =>
	Object.fromEntries(Object.entries(env).map(([key, value]) => [`env.${key}`, envAttribute(value)]));

type Scalar = string | number | readonly (string | number)[] | undefined;

// An item with a space is quoted, so that two lists which differ never look, or count, the same.
const listText = (items: readonly (string | number)[]): string =>
	items.map(item => (/^[^\s"\\]+$/.test(String(item)) ? item : JSON.stringify(item))).join(' ');

// Only what is set counts, so a field that a newer version adds does not change older objects.
function scalarAttributes(values: Readonly<Record<string, Scalar>>): Record<string, Attribute> {
	const attributes: Record<string, Attribute> = {};
	for (const [name, value] of Object.entries(values)) {
		if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
		attributes[name] = textAttribute(typeof value === 'object' ? listText(value) : String(value));
	}
	return attributes;
}

const prefixed = (prefix: string, values: Readonly<Record<string, string>>): Record<string, string> =>
	Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}.${key}`, value]));

/** The attributes that make a resource's container (contract 4.10). */
export const resourceAttributes = (spec: ResourceSpec): Attributes => ({
	...scalarAttributes({
		image: spec.image,
		command: spec.command,
		hostname: spec.hostname,
		ports: spec.ports,
		...prefixed('volumes', spec.volumes),
	}),
	...envAttributes(spec.env),
});

type ServiceParts = {
	readonly kind: ServiceKind;
	readonly spec: ServiceSpec;
	readonly readiness?: HttpReadiness;
	readonly schedule?: Schedule;
};

const scheduleText = (schedule: Schedule): string => ('cron' in schedule ? schedule.cron : schedule.interval);

/** The attributes that make a deployment of a service, beside its image. */
export const serviceAttributes = ({kind, spec, readiness, schedule}: ServiceParts): Attributes => ({
	...scalarAttributes({
		kind,
		'readiness.path': readiness?.path,
		'readiness.timeoutMs': readiness?.timeoutMs,
		schedule: schedule && scheduleText(schedule),
		command: spec.command,
		port: spec.port,
		'restart.policy': spec.restart.policy,
		'restart.maxRetries': spec.restart.maxRetries,
		'limits.cpu': spec.limits?.cpu,
		'limits.memory': spec.limits?.memory,
		'limits.pids': spec.limits?.pids,
		...prefixed('secretFiles', spec.secretFiles),
	}),
	...envAttributes(spec.env),
});

export type Comparison = {readonly changes: readonly Change[]; readonly unchanged: number};

/** What differs between two sets of attributes. A value that is not known yet always differs. */
export function compareAttributes(before: Attributes, after: Attributes): Comparison {
	const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
	const changes: Change[] = [];
	for (const name of names) {
		const [old, next] = [before[name], after[name]];
		if (old && next && old.identity !== null && old.identity === next.identity) continue;
		changes.push({name, before: old?.shown ?? absent, after: next?.shown ?? absent});
	}
	return {changes, unchanged: names.length - changes.length};
}

/** `POSTGRES_DB changed`, `env.LOG_LEVEL added` … as reasons for people. */
export function reasonsOf(changes: readonly Change[]): string[] {
	return changes.map(({name, before, after}) => {
		const label = name.replace(/^env\./, '');
		if (before.type === 'absent') return `${label} added`;
		return after.type === 'absent' ? `${label} removed` : `${label} changed`;
	});
}
