import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterAll, beforeAll, vi} from 'vitest';
import type {Method} from '../../source/engine/memory-calls.ts';
import type {Failure} from './memory-faults.ts';

/** Engine calls that fail from now on. */
export type FailingCalls = {
	readonly type: 'fail';
	readonly method: Method;
	readonly times: number;
	readonly how: Failure;
};

export const failingCalls: fc.Arbitrary<FailingCalls> = fc.record({
	type: fc.constant('fail' as const),
	method: fc.constantFrom(
		...(['run', 'createNetwork', 'createVolume', 'rename', 'join', 'exec', 'remove', 'stop', 'setRestart'] as const),
	),
	times: fc.integer({min: 1, max: 3}),
	how: fc.constantFrom('refused', 'unseen', 'unanswered'),
});

/** Gives the tests of a file a configuration folder, and an engine that is soon given up when it does not answer. */
export function withImpatientHome(): void {
	let home: string;
	beforeAll(() => {
		home = mkdtempSync(join(tmpdir(), 'compartment-home-'));
		vi.stubEnv('COMPARTMENT_CONFIG_HOME', home);
		vi.stubEnv('COMPARTMENT_TEST_PATIENCE_MS', '50');
	});
	afterAll(() => {
		vi.unstubAllEnvs();
		rmSync(home, {recursive: true, force: true});
	});
}
