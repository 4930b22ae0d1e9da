import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {createFrameReader, type Frame} from '../../source/engine/frames.ts';
import {createLineReader, readJsonLines} from '../../source/engine/lines.ts';
import {createLogReader, createTerminalLogReader} from '../../source/engine/log-lines.ts';
import {collect} from '../docker/helpers.ts';

const toBytes = ({stream, data}: Frame): Buffer => {
	const header = Buffer.alloc(8);
	header[0] = stream === 'stderr' ? 2 : 1;
	header.writeUInt32BE(data.length, 4);
	return Buffer.concat([header, data]);
};

/** A function that collects all garbage. */
function createCollector(): () => void {
	setFlagsFromString('--expose-gc');
	return runInNewContext('gc') as () => void;
}

/** Splits bytes into pieces of the given sizes. */
function chop(data: Buffer, sizes: readonly number[]): Buffer[] {
	const pieces: Buffer[] = [];
	let at = 0;
	for (const size of sizes) {
		pieces.push(data.subarray(at, at + size));
		at += size;
	}
	return [...pieces, data.subarray(at)];
}

const anyStream = fc.constantFrom('stdout' as const, 'stderr' as const);
const anyFrame = fc.record({stream: anyStream, data: fc.uint8Array({maxLength: 300}).map(bytes => Buffer.from(bytes))});
const anySizes = fc.array(fc.nat(40));

test('frames do not depend on how the connection splits them', () => {
	fc.assert(
		fc.property(fc.array(anyFrame), anySizes, (frames, sizes) => {
			const read = createFrameReader();
			const chunks = chop(Buffer.concat(frames.map(toBytes)), sizes);
			expect(chunks.flatMap(read)).toEqual(frames);
		}),
	);
});

test('lines do not depend on how they arrive, even with multi-byte characters', () => {
	const anyText = fc.string({unit: fc.constantFrom('a', 'é', '漢', '🚀', 'x', ' ')});
	fc.assert(
		fc.property(fc.array(anyText), anyText, anySizes, (lines, rest, sizes) => {
			const reader = createLineReader();
			const whole = Buffer.from([...lines, rest].join('\n'));
			const read = chop(whole, sizes).flatMap(reader.push);
			expect([...read, ...reader.end()]).toEqual(rest === '' ? lines : [...lines, rest]);
		}),
	);
});

test('a line may end with a carriage return and a line feed', () => {
	const reader = createLineReader();
	expect(reader.push(Buffer.from('one\r'))).toEqual([]);
	expect(reader.push(Buffer.from('\ntwo\r\n\r\n'))).toEqual(['one', 'two', '']);
});

test('an endless line is split without loss', () => {
	const reader = createLineReader(8);
	const text = 'abcdefg🚀hijklmnopqrstuvwx🚀';
	const pieces = [...reader.push(Buffer.from(`${text}\nnext\n`)), ...reader.end()];
	expect(pieces.slice(0, -1).join('')).toBe(text);
	expect(pieces.at(-1)).toBe('next');
	expect(pieces.every(piece => piece.length <= 8 && piece.isWellFormed())).toBe(true);

	expect([...reader.push(Buffer.from('12345678')), ...reader.push(Buffer.from('12345678\nx\n'))]).toEqual([
		'12345678',
		'12345678',
		'x',
	]);
});

const at = (second: number) => `2026-01-31T08:00:0${second}.123456789Z`;
const frame = (second: number, text: string, stream: Frame['stream'] = 'stdout'): Buffer =>
	toBytes({stream, data: Buffer.concat([Buffer.from(`${at(second)} `), Buffer.from(text, 'latin1')])});

test('a log line has its time and stream', () => {
	const reader = createLogReader();
	expect(reader.push(Buffer.concat([frame(1, 'one\n'), frame(2, 'two\n', 'stderr')]))).toEqual([
		{at: at(1), stream: 'stdout', text: 'one'},
		{at: at(2), stream: 'stderr', text: 'two'},
	]);
});

test('a long line that is stored in parts with separate times is joined', () => {
	const reader = createLogReader();
	// é is split, with a line of the other stream in between.
	const chunks = [
		frame(1, 'caf\xc3'),
		frame(2, 'other\n', 'stderr'),
		frame(3, '\xa9 and'),
		frame(4, ' more\n'),
		frame(5, 'next\n'),
	];
	expect(chunks.flatMap(reader.push)).toEqual([
		{at: at(2), stream: 'stderr', text: 'other'},
		{at: at(1), stream: 'stdout', text: 'café and more'},
		{at: at(5), stream: 'stdout', text: 'next'},
	]);
	expect(reader.end()).toEqual([]);
});

test('a timestamp is recognised only at the start of a line', () => {
	const reader = createLogReader();
	const text = `${at(9)} said the process`;
	expect(reader.push(frame(1, `${text}\n`))).toEqual([{at: at(1), stream: 'stdout', text}]);
});

test('a last line without a line end is read', () => {
	const reader = createLogReader();
	expect(reader.push(frame(1, 'killed'))).toEqual([]);
	expect(reader.end()).toEqual([{at: at(1), stream: 'stdout', text: 'killed'}]);
});

test('the log of a container with a TTY is read without frames', () => {
	const log = Buffer.from(`${at(1)} one\r\n${at(2)} zwei ü\r\n`);
	fc.assert(
		fc.property(anySizes, sizes => {
			const reader = createTerminalLogReader();
			expect(chop(log, sizes).flatMap(reader.push)).toEqual([
				{at: at(1), stream: 'stdout', text: 'one'},
				{at: at(2), stream: 'stdout', text: 'zwei ü'},
			]);
		}),
	);
});

test('a line that is kept does not keep the text that came with it', () => {
	const [gc, chunks] = [createCollector(), 200];
	const kept: unknown[] = [];
	gc();
	const before = process.memoryUsage().heapUsed;
	for (let count = 0; count < chunks; count++) {
		const text = `${'x'.repeat(60_000)}\na line that is kept, number ${count}\n`;
		kept.push(createLogReader().push(frame(1, text)).at(-1));
		kept.push(createTerminalLogReader().push(Buffer.from(text)).at(-1));
	}
	gc();
	expect(kept).toHaveLength(2 * chunks);
	expect((process.memoryUsage().heapUsed - before) / kept.length).toBeLessThan(5000);
});

test('JSON lines are read across chunks', async () => {
	const chunks = chop(Buffer.from('{"a":"é"}\r\n\n{"b":1}'), [3, 4, 1]);
	async function* stream() {
		yield* chunks;
	}
	expect(await collect(readJsonLines(stream()))).toEqual([{a: 'é'}, {b: 1}]);
});
