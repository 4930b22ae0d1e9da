/** An entry of a tar archive. It has no times, so that the same entries give the same bytes. */
export type TarEntry = {
	readonly name: string;
	readonly type: 'file' | 'directory' | 'link';
	/** Permission bits. */
	readonly mode: number;
	readonly uid?: number;
	readonly gid?: number;
	/** Bytes of a file; its content and `tarPadding` follow the header. */
	readonly size?: number;
	/** Where a symbolic link leads. */
	readonly target?: string;
};

const blockBytes = 512;

/** What a pax header calls a field → where the plain header has it, and how many bytes it takes. */
const fields = {
	path: {at: 0, bytes: 100},
	mode: {at: 100, bytes: 8},
	uid: {at: 108, bytes: 8},
	gid: {at: 116, bytes: 8},
	size: {at: 124, bytes: 12},
	mtime: {at: 136, bytes: 12},
	linkpath: {at: 157, bytes: 100},
} as const;

type Field = keyof typeof fields;

const typeFlags = {file: '0', link: '2', directory: '5', pax: 'x'} as const;

/** Octal digits and a NUL. */
const octal = (value: number, bytes: number): string => value.toString(8).padStart(bytes - 1, '0');

/** Whether the plain header has room for a value: names in ASCII, numbers as octal digits. */
function isPlain(field: Field, value: string | number): boolean {
	const {bytes} = fields[field];
	return typeof value === 'string'
		? value.length <= bytes && Buffer.byteLength(value) === value.length
		: octal(value, bytes).length < bytes;
}

function plainHeader(flag: string, values: Readonly<Record<Field, string | number>>): Buffer {
	const header = Buffer.alloc(blockBytes);
	for (const [field, {at, bytes}] of Object.entries(fields)) {
		const value = values[field as Field];
		if (typeof value === 'string') header.write(value, at, bytes);
		else header.write(octal(isPlain(field as Field, value) ? value : 0, bytes), at, bytes);
	}
	header.write(flag, 156);
	header.write('ustar\u000000', 257, 'latin1');
	// The sum counts its own field as spaces.
	header.write(' '.repeat(8), 148);
	const sum = header.reduce((total, byte) => total + byte, 0);
	header.write(`${octal(sum, 7)}\0 `, 148);
	return header;
}

/** `27 path=…\n`; the number is the length of the whole record, its own digits included. */
function paxRecord(name: string, value: string | number): string {
	const rest = ` ${name}=${value}\n`;
	const length = Buffer.byteLength(rest);
	const digits = [1, 2, 3, 4, 5].find(count => String(length + count).length === count)!;
	return `${length + digits}${rest}`;
}

const paxMode = 0o644;

/** What precedes the content of an entry. A value that does not fit into the plain header is in a pax header before it. */
export function tarHeader({name, type, mode, uid = 0, gid = 0, size = 0, target = ''}: TarEntry): Buffer {
	const values = {path: name, mode, uid, gid, size, mtime: 0, linkpath: target};
	const own = plainHeader(typeFlags[type], values);
	const large = Object.entries(values).filter(([field, value]) => !isPlain(field as Field, value));
	if (large.length === 0) return own;
	const records = Buffer.from(large.map(([field, value]) => paxRecord(field, value)).join(''));
	const pax = {path: 'PaxHeader', mode: paxMode, uid: 0, gid: 0, size: records.length, mtime: 0, linkpath: ''};
	return Buffer.concat([plainHeader(typeFlags.pax, pax), records, tarPadding(records.length), own]);
}

/** What follows a content of this many bytes. */
export const tarPadding = (size: number): Buffer => Buffer.alloc((blockBytes - (size % blockBytes)) % blockBytes);

/** The end of an archive. */
export const tarEnd = (): Buffer => Buffer.alloc(2 * blockBytes);
