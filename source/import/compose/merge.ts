import {isMap, mapOf, type Raw} from '../../descriptor/rules/raw.ts';

/** Lists of Compose that stand for a map: `- NAME=value`. */
const mapLike = new Set(['environment', 'labels', 'args', 'annotations', 'sysctls', 'extra_hosts']);

/** Lists that are one value, and are replaced as a whole. */
const replaced = new Set(['command', 'entrypoint', 'test']);

const nameIn = (item: unknown): string => String(item).split(/[=:]/, 1)[0]!;

/** Where a volume is mounted: a container has one at a path. */
function mountOf(item: unknown): string {
	if (isMap(item)) return String(mapOf(item)['target'] ?? JSON.stringify(item));
	const [source = '', target] = String(item).split(':');
	return target ?? source;
}

/** What an item of a list replaces when it is merged over another one: that of the same name, mount path or content. */
const identityOf = (item: unknown, key: string): string => {
	if (mapLike.has(key)) return nameIn(item);
	return key === 'volumes' ? mountOf(item) : JSON.stringify(item);
};

const asMap = (list: readonly unknown[], key: string): Raw =>
	Object.fromEntries(
		list.map(item => {
			const [name, value] = /^([^=]*)(?:=(.*))?$/s.exec(String(item))?.slice(1) ?? [];
			return [name ?? '', key === 'depends_on' ? {condition: 'service_started'} : (value ?? null)];
		}),
	);

const isKeyed = (key: string): boolean => mapLike.has(key) || key === 'depends_on' || key === 'networks';

/**
 * A value over the one it extends, by the rules of Compose: maps are merged, lists are joined, commands are replaced. The items
 * of `over` come first, so that they keep their places in its file.
 */
function mergeValue(over: unknown, base: unknown, key: string): unknown {
	if (over === undefined || over === null) return base ?? over;
	if (base === undefined || base === null || replaced.has(key)) return over;
	if (isMap(over) && isMap(base)) return mergeMap(over as Raw, base as Raw);
	if (Array.isArray(over) && Array.isArray(base)) {
		const taken = new Set(over.map(item => identityOf(item, key)));
		return [...over, ...base.filter(item => !taken.has(identityOf(item, key)))];
	}
	if (isKeyed(key) && Array.isArray(base) && isMap(over)) return mergeMap(over as Raw, asMap(base, key));
	// The written form stays, so its places do; what the base adds is appended.
	if (isKeyed(key) && Array.isArray(over) && isMap(base)) {
		const taken = new Set(over.map(nameIn));
		const added = Object.entries(base as Raw).filter(([name]) => !taken.has(name));
		const isPlain = key === 'depends_on' || key === 'networks';
		return [...over, ...added.map(([name, value]) => (isPlain || value === null ? name : `${name}=${String(value)}`))];
	}
	return over;
}

/** A map over the one it extends. */
export const mergeMap = (over: Raw, base: Raw): Raw =>
	Object.fromEntries(
		[...new Set([...Object.keys(over), ...Object.keys(base)])].map(key => [
			key,
			mergeValue(
				Object.hasOwn(over, key) ? over[key] : undefined,
				Object.hasOwn(base, key) ? base[key] : undefined,
				key,
			),
		]),
	);
