import {handlePattern} from '../../descriptor/names.ts';
import {isMap} from '../../descriptor/rules/raw.ts';
import type {Cursor} from '../cursor.ts';

/** A mount of a Compose service. */
export type Mount = {
	readonly kind: 'volume' | 'anonymous' | 'bind' | 'tmpfs' | 'other';
	/** Name of the volume, or the path on this machine. */
	readonly source: string;
	readonly target: string;
	readonly isReadOnly: boolean;
	readonly cursor: Cursor;
};

const isPath = (text: string): boolean => /^[./~\\]|^[A-Za-z]:[\\/]/.test(text);

function readShort(item: Cursor): readonly Mount[] {
	const text = item.text() ?? '';
	// A drive letter has a colon too.
	const [, drive = '', rest = ''] = /^([A-Za-z]:(?=[\\/]))?(.*)$/s.exec(text) ?? [];
	const [first = '', second, options = ''] = rest.split(':');
	if (second === undefined)
		return [{kind: 'anonymous', source: '', target: drive + first, isReadOnly: false, cursor: item}];
	const source = drive + first;
	const isReadOnly = options.split(',').includes('ro');
	return [{kind: isPath(source) ? 'bind' : 'volume', source, target: second, isReadOnly, cursor: item}];
}

const kinds: Readonly<Record<string, Mount['kind']>> = {volume: 'volume', bind: 'bind', tmpfs: 'tmpfs'};

function readLong(item: Cursor): readonly Mount[] {
	const type = item.get('type')?.text() ?? 'volume';
	const source = item.get('source')?.text() ?? '';
	const known = Object.hasOwn(kinds, type) ? kinds[type]! : 'other';
	const kind = known === 'volume' && source === '' ? 'anonymous' : known;
	const target = item.get('target')?.text() ?? '';
	return [{kind, source, target, isReadOnly: item.get('read_only')?.value === true, cursor: item}];
}

/** The mounts of a service, in both forms; of two at one path the first. */
export function mountsOf(service: Cursor): readonly Mount[] {
	const items = service.get('volumes')?.items() ?? [];
	const mounts = items.flatMap(item => (isMap(item.value) ? readLong(item) : readShort(item)));
	return mounts.filter((mount, index) => {
		const earlier = mounts.findIndex(({target}) => target === mount.target);
		if (earlier === index) return true;
		mount.cursor.note('omitted', `mounts ${mount.target} a second time`);
		return false;
	});
}

/** Whether compartment.yml can mount something there. */
export const isMountPath = (path: string): boolean => /^\/[^:]*[^:/][^:]*$/.test(path);

/** A volume's name as a handle: lower case, other characters as dashes. */
export function handleOf(name: string): string {
	const handle = name
		.toLowerCase()
		.replace(/[^a-z0-9_.-]+/g, '-')
		.replace(/^[-_.]+/, '')
		.slice(0, 63);
	return handlePattern.test(handle) ? handle : 'data';
}

/** What to do about a mount that becomes no volume. */
const advice = ({kind, target}: Mount): readonly ['missing' | 'omitted', string] => {
	switch (kind) {
		case 'anonymous':
			return ['omitted', 'an anonymous volume is empty in every new container; name it to keep its data'];
		case 'bind':
			return [
				'missing',
				`is a file or folder of this machine: copy it into the image at ${target}, or write secretFiles for a single file`,
			];
		case 'tmpfs':
			return ['missing', 'a container has no file system in memory: the program writes to its own layer'];
		default:
			return ['missing', 'has no counterpart; keep data in a volume'];
	}
};

/** Notes a mount that becomes no volume. */
export const noteMount = (mount: Mount): void => mount.cursor.note(...advice(mount));
