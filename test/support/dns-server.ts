import {createSocket} from 'node:dgram';
import {isIPv4} from 'node:net';

const codeOf = {A: 1, CNAME: 5, TXT: 16, AAAA: 28, CAA: 257} as const;

type RecordType = keyof typeof codeOf;

/** Values as zone files have them: an address, a name, a text, or `0 issue "ca.example.com"`. */
type Values = string | readonly string[];

/** Instead of records. `silence`: no answer at all. */
type Failure = 'SERVFAIL' | 'REFUSED' | 'silence';

export type DnsRecords = Readonly<Record<string, Readonly<Partial<Record<RecordType, Values>>> | Failure>>;

export type DnsServer = {
	/** `127.0.0.1:PORT`. */
	readonly address: string;
	readonly port: number;
	/** Replaces the records of a type; an empty list removes them. */
	readonly set: (host: string, type: RecordType, values: Values) => void;
	/** Answers every question about a host with a failure, or with its records again. */
	readonly fail: (host: string, failure: Failure | null) => void;
	/** The questions so far, as `A shop.example.com`. */
	readonly asked: readonly string[];
	readonly close: () => void;
};

type Answer = {readonly name: string; readonly type: RecordType; readonly value: string};

const listOf = (values: Values = []): readonly string[] => (typeof values === 'string' ? [values] : values);

const encodeName = (name: string): Buffer =>
	Buffer.concat([
		...name.split('.').flatMap(label => (label === '' ? [] : [Buffer.from([label.length]), Buffer.from(label)])),
		Buffer.from([0]),
	]);

function readName(message: Buffer, start: number): {name: string; end: number} {
	const labels: string[] = [];
	let at = start;
	for (let length = message[at]!; length > 0; length = message[at]!) {
		labels.push(message.toString('latin1', at + 1, at + 1 + length));
		at += 1 + length;
	}
	return {name: labels.join('.').toLowerCase(), end: at + 1};
}

function encodeAddress(address: string): Buffer {
	if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
	const [head = [], tail = []] = address.split('::').map(half => half.split(':').filter(part => part !== ''));
	const parts = [...head, ...new Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
	return Buffer.concat(parts.map(part => Buffer.from(part.padStart(4, '0'), 'hex')));
}

function encodeValue(type: RecordType, value: string): Buffer {
	if (type === 'A' || type === 'AAAA') return encodeAddress(value);
	if (type === 'CNAME') return encodeName(value);
	if (type === 'TXT') return Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
	const [, flags, tag, text] = /^(\d+) (\w+) "(.*)"$/.exec(value) ?? [];
	if (tag === undefined) throw new Error(`not a CAA record: ${value}`);
	return Buffer.concat([Buffer.from([Number(flags), tag.length]), Buffer.from(`${tag}${text}`)]);
}

function encodeAnswer({name, type, value}: Answer): Buffer {
	const data = encodeValue(type, value);
	const fixed = Buffer.alloc(10);
	fixed.writeUInt16BE(codeOf[type], 0);
	fixed.writeUInt16BE(1, 2);
	fixed.writeUInt16BE(data.length, 8);
	return Buffer.concat([encodeName(name), fixed, data]);
}

const responses = {NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5} as const;

function encodeResponse(
	query: Buffer,
	end: number,
	code: keyof typeof responses,
	answers: readonly Answer[] = [],
): Buffer {
	const header = Buffer.alloc(12);
	query.copy(header, 0, 0, 2);
	// A response to a query that wants recursion, with authority and recursion.
	header.writeUInt16BE(0x85_80 | responses[code], 2);
	header.writeUInt16BE(1, 4);
	header.writeUInt16BE(answers.length, 6);
	return Buffer.concat([header, query.subarray(12, end), ...answers.map(encodeAnswer)]);
}

/** A DNS server on 127.0.0.1 that knows these hosts alone. It follows aliases. */
export async function startDnsServer({records = {}}: {readonly records?: DnsRecords} = {}): Promise<DnsServer> {
	const zone = new Map<string, Map<RecordType, readonly string[]>>();
	const failures = new Map<string, Failure>();
	const asked: string[] = [];
	const set: DnsServer['set'] = (host, type, values) => {
		const known = zone.get(host) ?? new Map<RecordType, readonly string[]>();
		zone.set(host, known.set(type, listOf(values)));
	};
	for (const [host, known] of Object.entries(records)) {
		if (typeof known === 'string') failures.set(host, known);
		else for (const type of Object.keys(known) as RecordType[]) set(host, type, known[type]!);
	}

	const find = (name: string, type: RecordType | undefined): Answer[] => {
		const alias = zone.get(name)?.get('CNAME')?.[0];
		if (alias !== undefined && type !== 'CNAME') return [{name, type: 'CNAME', value: alias}, ...find(alias, type)];
		return type === undefined ? [] : listOf(zone.get(name)?.get(type)).map(value => ({name, type, value}));
	};
	const exists = (name: string): boolean =>
		[...zone.keys()].some(known => known === name || known.endsWith(`.${name}`));

	const socket = createSocket('udp4');
	socket.on('message', (query, {address, port}) => {
		const {name, end} = readName(query, 12);
		const code = query.readUInt16BE(end);
		const type = (Object.keys(codeOf) as RecordType[]).find(each => codeOf[each] === code);
		asked.push(`${type ?? code} ${name}`);
		const failure = failures.get(name);
		if (failure === 'silence') return;
		const answers = find(name, type);
		const response = failure ?? (exists(name) ? 'NOERROR' : 'NXDOMAIN');
		socket.send(encodeResponse(query, end + 4, response, failure ? [] : answers), port, address);
	});
	await new Promise<void>((resolve, reject) => {
		socket.once('error', reject);
		socket.bind(0, '127.0.0.1', resolve);
	});
	const {port} = socket.address();
	return {
		address: `127.0.0.1:${port}`,
		port,
		set,
		fail: (host, failure) => void (failure === null ? failures.delete(host) : failures.set(host, failure)),
		asked,
		close: () => void socket.close(),
	};
}
