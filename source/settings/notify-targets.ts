import {type Check, fromJson, isRecord} from './setting-rules.ts';

/** What notifications are sent about. */
const notifyEvents = [
	'apply-done',
	'apply-failed',
	'healed',
	'crash-loop',
	'backup-failed',
	'certificate-expiring',
	'certificate-failed',
	'disk-low',
] as const;

export type NotifyEvent = (typeof notifyEvents)[number];

const formats = ['generic', 'slack'] as const;

/** Where notifications are sent. */
export type NotifyTarget = {
	/** May hold a token in its path, so only its origin is ever shown. */
	readonly url: string;
	/** `generic` if absent. */
	readonly format?: (typeof formats)[number];
	/** All if absent. */
	readonly events?: readonly NotifyEvent[];
	/** Signs what is sent. */
	readonly secret?: string;
};

const mostTargets = 20;

/** The address without path and query, which may hold a token: `https://hooks.example.com`. */
export const originOf = (url: string): string => URL.parse(url)?.origin ?? 'an invalid URL';

function isUrl(value: unknown): value is string {
	const url = typeof value === 'string' && value.length <= 2000 ? URL.parse(value) : null;
	return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

const isOneOf = <Value>(list: readonly Value[], value: unknown): value is Value => list.some(each => each === value);

/** The rules of each field, with what completes "must be …". */
const fields: Readonly<Record<keyof NotifyTarget, readonly [allowed: string, accept: (value: unknown) => boolean]>> = {
	url: ['an http or https URL without a user name', isUrl],
	format: [`one of ${formats.join(', ')}`, value => value === undefined || isOneOf(formats, value)],
	events: [
		`a list of some of ${notifyEvents.join(', ')}`,
		value =>
			value === undefined ||
			(Array.isArray(value) && value.length > 0 && value.every(each => isOneOf(notifyEvents, each))),
	],
	secret: [
		'16 to 200 characters of ASCII without spaces',
		value => value === undefined || (typeof value === 'string' && /^[!-~]{16,200}$/.test(value)),
	],
};

const isField = (name: string): name is keyof NotifyTarget => Object.hasOwn(fields, name);

/** What is wrong with a target; undefined when nothing is. Never quotes a value, because it may be a secret. */
function findFault(target: unknown, number: number): string | undefined {
	const entry = `entry ${number}`;
	if (!isRecord(target)) return `${entry} must be an object with a url`;
	if (!Object.keys(target).every(isField))
		return `${entry} has an unknown field; it can have ${Object.keys(fields).join(', ')}`;
	for (const [name, [allowed, accept]] of Object.entries(fields))
		if (!accept(target[name])) return `${name} of ${entry} must be ${allowed}`;
	if (target['secret'] === undefined && target['format'] !== 'slack')
		return `secret of ${entry} is missing; it signs what is sent, so that a receiver can recognise it`;
	return undefined;
}

const allowed = 'a list such as [{"url": "https://ops.example.com/hook", "secret": "16 characters or more"}]';

function explain(value: unknown): string {
	if (!Array.isArray(value)) return `must be ${allowed}`;
	if (value.length > mostTargets) return `must have at most ${mostTargets} targets (it has ${value.length})`;
	const faults = value.map((target, index) => findFault(target, index + 1));
	return faults.find(fault => fault !== undefined) ?? `must be ${allowed}`;
}

const accept = (value: unknown): readonly NotifyTarget[] | undefined =>
	Array.isArray(value) && value.length <= mostTargets && value.every(target => findFault(target, 1) === undefined)
		? value
		: undefined;

const hidden = '(hidden)';

function redactTarget(target: unknown): unknown {
	if (findFault(target, 1) !== undefined) return hidden;
	const {url, format, events, secret} = target as NotifyTarget;
	return {
		url: `${originOf(url)}/…`,
		...(format === undefined ? {} : {format}),
		...(events === undefined ? {} : {events}),
		...(secret === undefined ? {} : {secret: hidden}),
	};
}

/** Targets of notifications. */
export const notifyTargets: Check<readonly NotifyTarget[]> = {
	allowed,
	accept,
	fromText: fromJson(accept),
	secret: {
		redact: value => (Array.isArray(value) ? value.map(redactTarget) : hidden),
		explain,
	},
};
