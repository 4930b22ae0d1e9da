import fc from 'fast-check';
import {expect, test} from 'vitest';
import {type BuildMessage, createBuildReader} from '../../source/engine/build-progress.ts';
import {readTrace} from '../../source/engine/build-trace.ts';
import {readFields} from '../../source/engine/protobuf.ts';

/** The inverse of the reader: encodes fields as protocol buffers. */
function varint(value: number): Buffer {
	let rest = BigInt.asUintN(64, BigInt(value));
	const bytes: number[] = [];
	do {
		bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
		rest >>= 7n;
	} while (rest > 0n);
	return Buffer.from(bytes);
}

function field(number: number, value: number | string | Buffer): Buffer {
	if (typeof value === 'number') return Buffer.concat([varint(number * 8), varint(value)]);
	const bytes = Buffer.from(value);
	return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

const message = (...fields: Buffer[]): Buffer => Buffer.concat(fields);
const time = (milliseconds: number): Buffer =>
	message(field(1, Math.floor(milliseconds / 1000)), field(2, (milliseconds % 1000) * 1e6));
const trace = (...fields: Buffer[]): BuildMessage => ({
	id: 'moby.buildkit.trace',
	aux: message(...fields).toString('base64'),
});
const vertex = (...fields: Buffer[]) =>
	field(1, message(field(1, 'sha256:a'), field(3, '[2/3] RUN npm ci'), ...fields));
const log = (text: string | Buffer, stream = 1) =>
	field(3, message(field(1, 'sha256:a'), field(3, stream), field(4, text)));

test('fields are decoded as they were encoded', () => {
	const anyField = fc.tuple(fc.integer({min: 1, max: 5000}), fc.oneof(fc.maxSafeInteger(), fc.string()));
	fc.assert(
		fc.property(fc.array(anyField), fields => {
			const read = [...readFields(message(...fields.map(([number, value]) => field(number, value))))];
			expect(read.map(({number, value}) => [number, typeof value === 'number' ? value : value.toString()])).toEqual(
				fields,
			);
		}),
	);
});

test('fixed-width fields are skipped', () => {
	const fixed = message(varint(1 * 8 + 1), Buffer.alloc(8), varint(2 * 8 + 5), Buffer.alloc(4), field(3, 'after'));
	expect([...readFields(fixed)]).toEqual([{number: 3, type: 'bytes', value: Buffer.from('after')}]);
});

test('a truncated message is an error, not an endless loop', () => {
	const whole = message(field(1, 300), field(2, 'text'));
	fc.assert(
		fc.property(fc.uint8Array(), bytes => {
			try {
				expect([...readFields(Buffer.from(bytes))].length).toBeLessThanOrEqual(bytes.length);
			} catch (error) {
				expect(error).toBeInstanceOf(RangeError);
			}
		}),
	);
	expect(() => [...readFields(whole.subarray(0, -1))]).toThrow(RangeError);
	expect(() => [...readFields(whole.subarray(0, 2))]).toThrow(RangeError);
	expect(() => [...readFields(Buffer.from([0x0b]))]).toThrow('unknown type 3');
});

test('a trace has steps, transfers and output', () => {
	const read = readTrace(
		message(
			vertex(
				field(4, 1),
				field(5, time(1_700_000_000_250)),
				field(6, time(1_700_000_001_500)),
				field(7, 'exit code: 1'),
			),
			field(
				2,
				message(field(1, 'sha256:layer'), field(2, 'sha256:a'), field(3, 'extracting'), field(4, 5), field(5, 10)),
			),
			log('text', 2),
		),
	);
	expect(read).toEqual({
		vertices: [
			{
				id: 'sha256:a',
				name: '[2/3] RUN npm ci',
				isCached: true,
				startedAt: 1_700_000_000_250,
				completedAt: 1_700_000_001_500,
				error: 'exit code: 1',
			},
		],
		transfers: [{id: 'sha256:layer', vertex: 'sha256:a', name: 'extracting', current: 5, total: 10}],
		outputs: [{vertex: 'sha256:a', stream: 'stderr', data: Buffer.from('text')}],
	});
});

test('each state of a step is reported once, with its output in between', () => {
	const reader = createBuildReader();
	const started = field(5, time(1000));
	const bytes = Buffer.from('grün\nno end');
	const told = [
		trace(vertex()),
		trace(vertex(started)),
		trace(vertex(started)),
		trace(log(bytes.subarray(0, 3))),
		trace(log('warning\n', 2)),
		trace(log(bytes.subarray(3))),
		trace(vertex(started, field(6, time(1750)))),
		trace(vertex(started, field(6, time(1750)))),
	].flatMap(reader.push);
	const step = {type: 'step', id: 'sha256:a', name: '[2/3] RUN npm ci'};
	const output = (text: string) => ({type: 'output', id: 'sha256:a', text});
	expect(told).toEqual([
		{...step, state: 'started'},
		output('warning'),
		output('grün'),
		output('no end'),
		{...step, state: 'done', durationMs: 750},
	]);
	expect(reader.failure()).toBeUndefined();
});

test('the last lines of both streams of a failed step are kept', () => {
	const reader = createBuildReader();
	const lines = Array.from({length: 30}, (_, index) => `line ${index}\n`).join('');
	for (const part of [
		trace(log('the reason\n', 2)),
		trace(log(lines)),
		trace(vertex(field(5, time(1)), field(6, time(2)), field(7, 'failed'))),
	]) {
		reader.push(part);
	}
	const failure = reader.failure();
	expect(failure?.name).toBe('[2/3] RUN npm ci');
	expect(failure?.lines).toHaveLength(20);
	expect(failure?.lines.slice(0, 2)).toEqual(['the reason', 'line 11']);
	expect(failure?.lines.at(-1)).toBe('line 29');
});

test('the classic builder’s output gives the same progress', () => {
	const reader = createBuildReader();
	const messages: BuildMessage[] = [
		{stream: 'Step 1/3 : FROM debian'},
		{stream: '\n'},
		{stream: ' ---> 0123456789ab\n'},
		{stream: 'Step 2/3 : COPY . .\n ---> Using cache\n'},
		{status: 'Downloading'},
		{stream: 'Step 3/3 : RUN false\n'},
		{stream: 'some out'},
		{stream: 'put\n'},
		{error: 'returned a non-zero code: 1', errorDetail: {message: 'returned a non-zero code: 1'}},
	];
	const step = (id: string, name: string, state: string) => ({type: 'step', id, name, state});
	expect(messages.flatMap(reader.push)).toEqual([
		step('Step 1/3', 'FROM debian', 'started'),
		step('Step 1/3', 'FROM debian', 'done'),
		step('Step 2/3', 'COPY . .', 'started'),
		step('Step 2/3', 'COPY . .', 'cached'),
		{type: 'transfer', message: 'Downloading'},
		step('Step 3/3', 'RUN false', 'started'),
		{type: 'output', id: 'Step 3/3', text: 'some output'},
		step('Step 3/3', 'RUN false', 'failed'),
	]);
	expect(reader.failure()).toEqual({name: 'RUN false', lines: ['some output']});
});

test('the id of the built image is read', () => {
	const reader = createBuildReader();
	reader.push({id: 'moby.image.id', aux: {ID: 'sha256:image'}});
	expect(reader.imageId()).toBe('sha256:image');
});
