import {expect, test} from 'vitest';
import {type Outcome, withSandbox} from '../docker/cli.ts';
import {publicService} from '../docker/cli-server.ts';
import {addMachine} from '../docker/engine-state-lab.ts';
import type {Client} from '../docker/second-client.ts';

const apply = ['apply', '--auto-approve'] as const;
const described = (value: string) => ({services: {web: publicService('web', {env: {ROUND: value}})}});

let other: Client;

const sandbox = withSandbox(async opened => {
	opened.addService('web');
	opened.describe(described('0'));
	await opened.succeed(['environment', 'create', 'production', '--state', 'engine']);
	await opened.succeed(apply);
	other = addMachine(opened, 'other');
	await other.succeed(['status']);
});

/** COMPARTMENT_SOAK_ROUNDS shortens it. */
const rounds = Number(process.env['COMPARTMENT_SOAK_ROUNDS'] ?? 50);

test('of two machines that apply at the same moment, one wins and the other leaves with 3 or comes after it', async () => {
	const wins = {first: 0, second: 0, after: 0};
	for (let round = 1; round <= rounds; round++) {
		sandbox.describe(described(String(round)));
		other.cloneSources();
		const before = sandbox.state().serial;
		const both = await Promise.all([sandbox.run(apply), other.run(apply)]);
		const codes = both.map(({exitCode}) => exitCode);
		const said = both.map(({stdout, stderr}) => stdout + stderr).join('\n');
		const refused = both.filter(({exitCode}) => exitCode === 3);
		expect(codes, said).toContain(0);
		for (const {stderr} of refused) expect(stderr).toMatch(/locked by `compartment apply` of \S+ \(process \d+ on /);
		if (refused.length > 0) wins[codes[0] === 0 ? 'first' : 'second']++;
		else {
			// One came when the other was done, and had nothing left to do.
			expect(codes, said).toEqual([0, 0]);
			const isIdle = ({stdout}: Outcome) => /No changes\./.test(stdout);
			expect(both.filter(isIdle), said).toHaveLength(1);
			wins.after++;
		}
		expect((await other.run(['plan', '--detailed-exitcode'])).exitCode).toBe(0);
		expect(other.state().serial).toBeGreaterThan(before);
		expect(other.state().deployments).toHaveProperty(Object.values(other.state().active)[0]!);
	}
	console.log(`${rounds} rounds: ${JSON.stringify(wins)}`);
});

test('200 alternating writes of two machines are all there', async () => {
	const writes = rounds * 4;
	for (let write = 0; write < writes; write++)
		await (write % 2 === 0 ? sandbox : other).succeed(['variable', 'set', `KEY_${write}`, String(write)]);
	const keys = new Set((await sandbox.succeed(['variable', 'list'])).match(/KEY_\d+/g));
	expect(keys.size).toBe(writes);
});

test('writes of two machines at the same moment wait for each other', async () => {
	const wait = ['--lock-timeout', '5m'] as const;
	const writes = Math.max(4, rounds / 5);
	const all = Array.from({length: writes}, (_, write) =>
		(write % 2 === 0 ? sandbox : other).succeed(['variable', 'set', `AT_ONCE_${write}`, String(write), ...wait], {
			limitMs: 300_000,
		}),
	);
	await Promise.all(all);
	const listed = await other.succeed(['variable', 'list']);
	for (let write = 0; write < writes; write++) expect(listed).toContain(`AT_ONCE_${write}`);
});
