import {createHash} from 'node:crypto';
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {UserError} from '../../source/errors.ts';

import {withImpatientHome} from '../apply/random-world.ts';
import {mutateText, mutateValue, randomBytes} from './mutate.ts';
import {createRandom, type Random} from './random.ts';
import {createSubjects, type Subject} from './subjects.ts';

/** COMPARTMENT_TEST_INPUTS=20000 tries as many mutations of good files and as many random files, in new ones each time. */
const wanted = process.env['COMPARTMENT_TEST_INPUTS'];
const seed = wanted === undefined ? 20_261_122 : Date.now() % 2 ** 32;

/** Files that broke something once. */
const found = join(import.meta.dirname, 'found');

/** The most processor time that one file may take, in milliseconds. `npm run fuzz` also limits the memory. */
const mostCpuMs = 1000;

const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
let subjects: readonly Subject[] = [];
let close = (): void => undefined;

withImpatientHome();
beforeAll(async () => {
	({subjects, close} = await createSubjects(folder));
}, 60_000);
afterAll(() => {
	close();
	rmSync(folder, {recursive: true, force: true});
});

/** A good file with changes in its structure or its text, or none of it. */
async function makeInput({seeds, read, write}: Subject, random: Random, isMutation: boolean): Promise<Uint8Array> {
	if (!isMutation) return randomBytes(random);
	const good = random.pick(seeds);
	if (!read || !write || random.oneIn(3)) return Buffer.from(mutateText(good, random));
	return Buffer.from(await write(mutateValue(read(good), random)));
}

/** What is wrong with how a file was taken; undefined if it was accepted, or refused as it should be. */
async function faultOf({take, place}: Subject, input: Uint8Array): Promise<string | undefined> {
	const begun = process.cpuUsage();
	let refusal: unknown;
	try {
		await take(input);
	} catch (error) {
		refusal = error;
	}
	const {user, system} = process.cpuUsage(begun);
	if ((user + system) / 1000 > mostCpuMs) return `it took ${(user + system) / 1000} ms of processor time`;
	if (refusal === undefined) return undefined;
	if (!(refusal instanceof UserError)) return (refusal as Error).stack ?? String(refusal);
	if (/\n\s+at .*:\d+:\d+/.test(refusal.message)) return `a stack trace: ${refusal.message}`;
	return place.test(refusal.message) ? undefined : `no place: ${refusal.message}`;
}

it('files that broke something once do not any more', async () => {
	for (const name of readdirSync(found).filter(each => !each.startsWith('.'))) {
		const subject = subjects.find(each => name.startsWith(`${each.name.replaceAll(' ', '-')}-`))!;
		expect(await faultOf(subject, readFileSync(join(found, name))), name).toBeUndefined();
	}
});

it('any file is accepted, or refused with its place', async () => {
	const perKind = Math.ceil(Number(wanted ?? 500) / subjects.length);
	const random = createRandom(seed);
	const faults = new Map<string, string>();
	for (const subject of subjects) {
		for (let count = 0; count < 2 * perKind; count++) {
			const input = await makeInput(subject, random, count < perKind);
			const fault = await faultOf(subject, input);
			if (fault === undefined || faults.size > 30) continue;
			const file = `${subject.name.replaceAll(' ', '-')}-${createHash('sha256').update(input).digest('hex').slice(0, 12)}`;
			mkdirSync(found, {recursive: true});
			writeFileSync(join(found, file), input);
			faults.set(file, fault.slice(0, 600));
		}
	}
	expect(Object.fromEntries(faults)).toEqual({});
	if (wanted !== undefined) console.log(`seed ${seed}: ${perKind} mutations and ${perKind} random files of each kind`);
}, 7_200_000);
