import {corpus} from '../ui/hostile.ts';
import type {Random} from './random.ts';

const strangeNames = [
	'__proto__',
	'constructor',
	'toString',
	'',
	' ',
	'<<',
	'.',
	'..',
	'0',
	'a'.repeat(300),
	'\u001b[2J',
];

const strangeTexts = [
	...Object.values(corpus),
	...['', ' ', '\0', '/etc/passwd', '../../..', '${X}', '${', '$$', '%s', "'; drop", '`id`', '$(id)', '-1', '1e999'],
	...[
		'1'.repeat(400),
		'\n',
		'#',
		'true',
		'null',
		'2026-13-45',
		'99999999999999999999',
		'10.0.0.0/33',
		'sha256:',
		'*/0 * * * *',
	],
];

const strangeValues: readonly unknown[] = [
	...[null, true, false, 0, -0, -1, 1, 1.5, 65_536, 2 ** 53, 1e300, [], {}, [[]], [null], {a: {}}],
	...strangeTexts,
];

type Inner = Record<string, unknown> | unknown[];

const isInner = (value: unknown): value is Inner => typeof value === 'object' && value !== null;

/** Every object and list in a value, itself first. */
function innersOf(value: unknown): Inner[] {
	if (!isInner(value)) return [];
	return [value, ...Object.values(value).flatMap(innersOf)];
}

const nested = (depth: number): unknown => {
	let value: unknown = 'x';
	for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : {k: value};
	return value;
};

function set(inner: Inner, name: string, value: unknown): void {
	// An assignment to __proto__ would change the prototype instead.
	Object.defineProperty(inner, name, {value, enumerable: true, configurable: true, writable: true});
}

/** What a value becomes instead. */
function replaced(old: unknown, everything: readonly Inner[], random: Random): unknown {
	switch (random.below(6)) {
		case 0:
			return random.pick(strangeValues);
		case 1:
			return structuredClone(random.pick(everything));
		case 2:
			return typeof old === 'string' ? old + random.pick(strangeTexts) : [old, old];
		case 3:
			return typeof old === 'number' ? old * random.pick([-1, 0, 1000, 1e18]) : nested(random.below(400));
		case 4:
			return Object.fromEntries(Array.from({length: random.below(300)}, (_, index) => [`k${index}`, old]));
		default:
			return structuredClone(Object.values(random.pick(everything))[0]) ?? null;
	}
}

/** Changes one thing in an object or list. */
function change(inner: Inner, everything: readonly Inner[], random: Random): void {
	const names = Object.keys(inner);
	const another = Array.isArray(inner) ? String(inner.length) : random.pick(strangeNames);
	const name = names.length === 0 ? another : random.pick(names);
	const old = (inner as Record<string, unknown>)[name];
	if (random.oneIn(8)) delete (inner as Record<string, unknown>)[name];
	else if (random.oneIn(7)) set(inner, another, structuredClone(old) ?? null);
	else set(inner, name, replaced(old, everything, random));
}

/** A copy of a value with one to four changes. */
export function mutateValue(value: unknown, random: Random): unknown {
	const copy: unknown = structuredClone(value);
	for (let changes = 1 + random.below(4); changes > 0; changes--) {
		const everything = innersOf(copy);
		if (everything.length === 0) return random.pick(strangeValues);
		change(random.pick(everything), everything, random);
	}
	return copy;
}

/** A text with one to four changes of lines, pieces or characters. */
export function mutateText(text: string, random: Random): string {
	let result = text;
	for (let changes = 1 + random.below(4); changes > 0; changes--) {
		const at = random.below(result.length + 1);
		const end = Math.min(result.length, at + random.below(30));
		const piece = result.slice(at, end);
		const lines = result.split('\n');
		const line = random.below(lines.length);
		const replaced = (given: readonly string[]) => lines.toSpliced(line, 1, ...given).join('\n');
		result = [
			() => result.slice(0, at),
			() => result.slice(0, at) + result.slice(end),
			() => result.slice(0, at) + random.pick(strangeTexts) + result.slice(at),
			() => result.slice(0, at) + piece.repeat(random.below(50)) + result.slice(end),
			() => replaced([]),
			() => replaced([lines[line]!, lines[line]!]),
			() => replaced([`${' '.repeat(random.below(9))}${lines[line]!.trimStart()}`]),
			() => replaced([random.pick(lines)]),
		][random.below(8)]!();
	}
	return result;
}

/** Bytes without any structure. */
export const randomBytes = (random: Random): Uint8Array =>
	Uint8Array.from({length: random.below(random.pick([16, 300, 4000]))}, () =>
		random.oneIn(3)
			? random.below(256)
			: random.pick([...'{}[]:,"\'\n -#&*!|>%@`ab01'].map(each => each.charCodeAt(0))),
	);
