import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, it, vi} from 'vitest';
import {live, type Tried} from './model/live.ts';
import {commandNames, type Step, step} from './model/steps.ts';
import {withImpatientHome} from './random-world.ts';

vi.mock(import('node:timers/promises'), async original => (await import('./short-pauses.ts')).shortenPauses(original));

withImpatientHome();

/** Sequences that broke something once, as the shortest that did. */
const reproductions = join(import.meta.dirname, 'model/reproductions');

it.each(readdirSync(reproductions).filter(name => name.endsWith('.json')))('%s does not break it again', async name => {
	await live(JSON.parse(readFileSync(join(reproductions, name), 'utf8')) as Step[], new Map());
});

/** COMPARTMENT_TEST_COMMANDS=100000 tries about as many commands, in new sequences. */
const wanted = process.env['COMPARTMENT_TEST_COMMANDS'];
const perSequence = 8;

it('nothing is lost, whatever happens in whatever order', async () => {
	const tried: Tried = new Map();
	const sequences = fc.array(step, {minLength: 4, maxLength: 24, size: 'max'});
	const details = await fc.check(
		fc.asyncProperty(sequences, steps => live(steps, tried)),
		wanted === undefined ? {numRuns: 150, seed: 20_261_122} : {numRuns: Math.ceil(Number(wanted) / perSequence)},
	);
	if (details.failed) {
		const [steps] = details.counterexample!;
		const file = join(reproductions, `found-${details.seed}-${details.counterexamplePath?.replaceAll(':', '-')}.json`);
		writeFileSync(file, `${JSON.stringify(steps, null, '\t')}\n`);
		throw new Error(`broken by the steps in ${file}, which is a test from now on`, {cause: details.errorInstance});
	}
	const total = [...tried.values()].reduce((sum, count) => sum + count, 0);
	console.log(
		`${total} commands in ${details.numRuns} sequences: ${[...tried].map(([name, count]) => `${name} ${count}`).join(', ')}`,
	);
	if (wanted !== undefined) return;
	expect([...tried.keys()].sort()).toEqual([...commandNames].sort());
	expect(total).toBeGreaterThan(800);
}, 7_200_000);
