import {type State, stateVersion} from './state.ts';

/** The fields that a write may change; all others identify the state. */
type ChangingField = Exclude<keyof State, 'version' | 'lineage' | 'project' | 'environment' | 'serial' | 'updatedAt'>;

/** How the difference of a field is recorded: by key, by place in a list, or as its whole value. */
const kinds: Readonly<Record<ChangingField, 'record' | 'list' | 'value'>> = {
	engine: 'value',
	publicUrl: 'value',
	networks: 'value',
	access: 'value',
	variables: 'list',
	bindings: 'list',
	recipients: 'list',
	key: 'value',
	volumes: 'record',
	resources: 'record',
	images: 'record',
	deployments: 'record',
	active: 'record',
	routes: 'value',
	certificates: 'record',
	certificateRequests: 'record',
	interruptedReleases: 'record',
	jobs: 'list',
	schedules: 'record',
	lifetime: 'value',
	backups: 'list',
};

type RecordChange = {readonly set?: Readonly<Record<string, unknown>>; readonly removed?: readonly string[]};

/** At this place of a list, so many items are replaced by others. */
type ListChange = {readonly at: number; readonly removed: number; readonly added: readonly unknown[]};

type FieldChange = RecordChange | ListChange | {readonly value: unknown};

/** What one change of the state has made different, as a line of the journal records it. */
export type StatePatch = {
	readonly version: typeof stateVersion;
	/** Of the state after it. It applies only to the state with the serial before. */
	readonly serial: number;
	readonly updatedAt: string;
	readonly changes: Readonly<Partial<Record<ChangingField, FieldChange>>>;
};

const fields = Object.keys(kinds) as readonly ChangingField[];

type Entries = Readonly<Record<string, unknown>>;

/** Keys and values of a record. The last ones are kept, because the next change begins with them. */
const listed = new WeakMap<Entries, {readonly keys: readonly string[]; readonly values: readonly unknown[]}>();

function list(entries: Entries) {
	const found = listed.get(entries) ?? {keys: Object.keys(entries), values: Object.values(entries)};
	listed.set(entries, found);
	return found;
}

function compareRecords(before: Entries, after: Entries): RecordChange {
	const [old, {keys, values}] = [list(before), list(after)];
	// A copy with a changed or added key has the other keys at the same places, where they need not be looked up.
	const set: [string, unknown][] = [];
	for (const [at, value] of values.entries()) {
		const key = keys[at]!;
		if (value !== (old.keys[at] === key ? old.values[at] : before[key])) set.push([key, value]);
	}
	const added = set.filter(([key]) => !Object.hasOwn(before, key)).length;
	// Most changes remove nothing: then the numbers show it.
	const isLess = keys.length < old.keys.length + added;
	const removed = isLess ? old.keys.filter(key => !Object.hasOwn(after, key)) : [];
	return {
		...(set.length > 0 && {set: Object.fromEntries(set)}),
		...(removed.length > 0 && {removed}),
	};
}

function compareLists(before: readonly unknown[], after: readonly unknown[]): ListChange {
	const shorter = Math.min(before.length, after.length);
	let at = 0;
	while (at < shorter && before[at] === after[at]) at++;
	let end = 0;
	while (end < shorter - at && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
	return {at, removed: before.length - at - end, added: after.slice(at, after.length - end)};
}

function compareField(field: ChangingField, before: State, after: State): FieldChange {
	switch (kinds[field]) {
		case 'record':
			return compareRecords((before[field] ?? {}) as Entries, (after[field] ?? {}) as Entries);
		case 'list':
			return compareLists(before[field] as readonly unknown[], after[field] as readonly unknown[]);
		case 'value':
			return {value: after[field] ?? null};
	}
}

/**
 * The difference of two successive states. What they share is recognised by identity, so the result is as small as the
 * change, and never wrong: an equal copy is recorded once more. Pure.
 */
export function patchBetween(before: State, after: State): StatePatch {
	const changed = fields.filter(field => before[field] !== after[field]);
	return {
		version: stateVersion,
		serial: after.serial,
		updatedAt: after.updatedAt,
		changes: Object.fromEntries(changed.map(field => [field, compareField(field, before, after)])),
	};
}

/** Applies one patch to copies of fields, each made when it is first changed. */
function applyTo(copies: Map<ChangingField, unknown>, state: State, {changes}: StatePatch): void {
	for (const [name, change] of Object.entries(changes)) {
		const field = name as ChangingField;
		if ('value' in change) {
			copies.set(field, change.value);
		} else if ('added' in change) {
			const items = (copies.get(field) ?? state[field]) as readonly unknown[];
			copies.set(field, [...items.slice(0, change.at), ...change.added, ...items.slice(change.at + change.removed)]);
		} else {
			// A map has no key with a meaning, such as __proto__.
			const entries = (copies.get(field) ?? new Map(Object.entries((state[field] ?? {}) as Entries))) as Map<
				string,
				unknown
			>;
			for (const key of change.removed ?? []) entries.delete(key);
			for (const [key, value] of Object.entries(change.set ?? {})) entries.set(key, value);
			copies.set(field, entries);
		}
	}
}

/** The first serial of patches that do not continue a state: those before it are missing. Undefined if there is none. */
export function findGap({serial}: Pick<State, 'serial'>, patches: readonly StatePatch[]): number | undefined {
	let last = serial;
	for (const patch of patches) {
		if (patch.serial <= last) continue;
		if (patch.serial !== last + 1) return patch.serial;
		last = patch.serial;
	}
	return undefined;
}

/**
 * The state after patches, which may begin before it: those that it already contains are skipped. Does not check them; see
 * `isPatch`, `findGap` and `findInvalid`. Pure; takes time for what changed, not for each patch the whole state.
 */
export function replay(state: State, patches: readonly StatePatch[]): State {
	const copies = new Map<ChangingField, unknown>();
	let last: Pick<State, 'serial' | 'updatedAt'> = state;
	for (const patch of patches) {
		if (patch.serial <= last.serial) continue;
		applyTo(copies, state, patch);
		last = patch;
	}
	if (last === state) return state;
	const values = [...copies].map(([field, value]) => [field, value instanceof Map ? Object.fromEntries(value) : value]);
	return {...state, ...Object.fromEntries(values), serial: last.serial, updatedAt: last.updatedAt};
}

const isObject = (value: unknown): value is Entries =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(each => typeof each === 'string');

function isChange(field: string, change: unknown): boolean {
	if (!Object.hasOwn(kinds, field) || !isObject(change)) return false;
	switch (kinds[field as ChangingField]) {
		case 'value':
			return Object.hasOwn(change, 'value');
		case 'list':
			return isCount(change['at']) && isCount(change['removed']) && Array.isArray(change['added']);
		case 'record':
			return (
				Object.keys(change).every(key => key === 'set' || key === 'removed') &&
				(change['set'] === undefined || isObject(change['set'])) &&
				(change['removed'] === undefined || isTexts(change['removed']))
			);
	}
}

/** Whether a value has the form of a patch. What it contains is checked in the state that it leads to. */
export const isPatch = (value: unknown): value is StatePatch =>
	isObject(value) &&
	value['version'] === stateVersion &&
	isCount(value['serial']) &&
	typeof value['updatedAt'] === 'string' &&
	isObject(value['changes']) &&
	Object.entries(value['changes']).every(([field, change]) => isChange(field, change));
