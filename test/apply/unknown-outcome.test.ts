import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest';
import type {Method} from '../../source/engine/memory-calls.ts';
import {pendingWrites, readJournal} from '../../source/state/journal.ts';
import {cutCalls} from './changing-calls.ts';
import {type Cut, runCut, ways} from './cut.ts';
import {type Attempt, type Scenario, scenarios, writeVersion} from './cut-scenarios.ts';
import {createMemoryWorld, type MemoryWorld} from './memory-world.ts';
import {deadEnds, expectComplete, expectValid} from './settled-world.ts';

vi.mock(import('node:timers/promises'), async original => (await import('./short-pauses.ts')).shortenPauses(original));

beforeAll(() => void vi.stubEnv('COMPARTMENT_TEST_PATIENCE_MS', '50'));

afterAll(() => void vi.unstubAllEnvs());

/** COMPARTMENT_TEST_CUTS=all cuts every call in every way, instead of every other one in one of them. */
const isThorough = process.env['COMPARTMENT_TEST_CUTS'] === 'all';
const rounds = isThorough ? ways.length : 1;
const stride = isThorough ? 1 : 2;

const cutAnywhere = new Set<Method>();

/** What the journal says of a command that has lost its engine for good. */
async function expectPending({world}: Attempt, where: string): Promise<boolean> {
	const entries = await readJournal(world.directory, (await world.state())!);
	// Without an answer, nothing is known to have failed.
	expect(
		entries.filter(({type}) => type === 'failed'),
		where,
	).toEqual([]);
	return pendingWrites(entries).length > 0;
}

/** Cuts a command off once, and expects that the next one looks and converges. Returns at which call, if there are as many. */
async function attemptCut(attempt: Attempt, scenario: Scenario, cut: Cut): Promise<Method | undefined> {
	const {world} = attempt;
	const {prepare, run, again = run, settle, check, isInterrupting} = scenario;
	await prepare?.(attempt);
	const {cutAt, error} = await runCut(world, cut, () => run(attempt));
	const where = `${cut.loss}, ${cut.how}, call ${cut.call}: ${cutAt} ${String(error)}`;
	try {
		if (cutAt === undefined && error !== undefined) throw error;
		if (!isInterrupting) expect(await deadEnds(world), where).toEqual([]);
		if (cut.loss === 'for good' && cutAt !== undefined && (await world.state())) await expectPending(attempt, where);
		if (error !== undefined || cut.loss === 'killed') await again(attempt);
		await check?.(attempt);
		await settle?.(attempt);
		await expectComplete(world, await expectValid(world, new Set()), attempt.descriptor);
	} catch (failure) {
		throw new Error(where, {cause: failure});
	}
	return cutAt;
}

describe('a command that loses its engine at any changing call', () => {
	it.for(Object.entries(scenarios))('%s is finished by the next one', {timeout: 300_000}, async ([, scenario]) => {
		for (let round = 0; round < rounds; round++) {
			let world: MemoryWorld | undefined;
			let version = 1;
			try {
				for (let call = 1; ; call += stride) {
					if (!world || scenario.isFirst) {
						world?.close();
						world = await createMemoryWorld();
						if (!scenario.isFirst)
							expect((await world.apply(writeVersion(world, version, scenario))).result?.outcome).toBe('done');
					}
					if (scenario.isEdited) version++;
					const descriptor = writeVersion(world, version, scenario);
					const way = ways[(Math.floor(call / stride) + round) % ways.length]!;
					const cutAt = await attemptCut({world, descriptor}, scenario, {...way, call});
					if (cutAt === undefined) break;
					cutAnywhere.add(cutAt);
				}
			} finally {
				world?.close();
			}
		}
	});

	it('was tried at every call of the port', () => {
		expect([...cutAnywhere].filter(call => !cutCalls.some(known => known === call))).toEqual([]);
		expect(cutCalls.filter(call => !cutAnywhere.has(call))).toEqual([]);
	});
});
