import {expect} from 'vitest';
import type {Sandbox} from './cli.ts';
import {type Fate, openEngineProxy} from './engine-proxy.ts';

/** Runs a command once for every kind of call that it makes, with that call cut off or unanswered, and expects that it ends. */
export async function expectCallsEnd(sandbox: Sandbox, command: string): Promise<void> {
	const seen = new Set<string>();
	// The first call of a kind that has not been tried yet.
	const armed: {fate: Fate; kind?: string | undefined} = {fate: 'pass'};
	await using proxy = await openEngineProxy({
		fate(call) {
			const kind = call.replace(/\?.*/, '').replace(/\b[0-9a-f]{12,}\b|sha256:\w+|compartment-[\w.-]+/g, 'ID');
			armed.kind ??= seen.has(kind) ? undefined : kind;
			return kind === armed.kind ? armed.fate : 'pass';
		},
	});
	const env = {DOCKER_HOST: proxy.host, COMPARTMENT_TEST_PATIENCE_MS: '150'};
	for (let tried = 0; tried < 30; tried++) {
		armed.kind = undefined;
		for (const fate of ['half', 'silence'] as const) {
			armed.fate = fate;
			const {stdout, stderr, exitCode} = await sandbox.run([command], {env});
			if (armed.kind === undefined) {
				expect(seen.size).toBeGreaterThan(3);
				return;
			}
			const said = `${fate} ${armed.kind}\n${stdout}${stderr}`;
			expect(said).not.toMatch(/unsettled|bug in Compartment|\n +at /);
			// A command may succeed without the answer, but then it must print its result.
			expect(exitCode === 1 ? stderr : stdout, said).not.toBe('');
			expect([0, 1], said).toContain(exitCode);
		}
		seen.add(armed.kind!);
	}
	throw new Error(`more kinds of calls than expected: ${[...seen].join(', ')}`);
}
