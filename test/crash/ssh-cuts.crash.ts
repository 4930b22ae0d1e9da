import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type Cut, withCuttableEngine} from '../docker/ssh-cuts.ts';
import {apply, type CrashLab, describeProject, withCrashLab} from './lab.ts';
import {startLoad} from './load.ts';

const engine = withCuttableEngine();

const ways: readonly Omit<Cut, 'request'>[] = [30, 3000].flatMap(downMs =>
	[true, false].map(isReceived => ({isReceived, downMs})),
);

type Command = {
	readonly args: readonly string[];
	/** What continues where it was interrupted; by default the same command. */
	readonly recover?: readonly string[];
	/** After which a plan is empty, if it is not after the command. */
	readonly settle?: readonly string[];
	/** Brings about what the command starts from. Returns the version that serves after it. */
	readonly prepare: () => Promise<number>;
};

/** Cuts the connection at one changing request after the other, until the command makes no more. */
async function cutEverywhere(
	lab: CrashLab,
	way: Omit<Cut, 'request'>,
	{args, recover = args, settle, prepare}: Command,
): Promise<void> {
	const totals = {cuts: 0, recoveries: 0, requests: 0};
	for (let request = 1; ; request++) {
		const version = await prepare();
		engine.arm({...way, request});
		const load = startLoad(lab.sandbox);
		const first = await lab.run(args, engine.env());
		const made = engine.requests();
		engine.arm();
		await engine.mended();
		const recovery = first.exitCode === 0 ? undefined : await lab.run(recover, engine.env());
		await load.stop();
		const outputs = [first, ...(recovery ? [recovery] : [])].map(({stdout, stderr}) => stdout + stderr);
		const said = [`cut at ${request}: ${made[request - 1]}`, ...outputs].join('\n');
		expect(recovery?.exitCode ?? 0, said).toBe(0);
		expect(load.losses, said).toEqual([]);
		expect((await lab.sandbox.ask()).body, said).toBe(`web v${version}`);
		if (settle) expect(await lab.run(settle)).toMatchObject({exitCode: 0});
		await lab.expectServing(version);
		totals.requests += load.count();
		if (made.length < request) break;
		totals.cuts++;
		totals.recoveries += recovery ? 1 : 0;
	}
	expect(totals.cuts).toBeGreaterThan(10);
	console.log(
		`${args.join(' ')} ${JSON.stringify(way)}: ${totals.cuts} cuts, ${totals.recoveries} needed a second command, ${totals.requests} requests, none lost`,
	);
}

describe('over a connection that is cut at every changing request, nothing is lost', () => {
	// The resource stays as it is, because a rollback does not change resources.
	const lab = withCrashLab(version => ({...describeProject(0), services: describeProject(version).services}));
	let version = 1;

	const deploy = async (...more: readonly string[]) => {
		lab.write(++version);
		const outcome = await lab.run([...apply, ...more]);
		expect(outcome, outcome.stdout + outcome.stderr).toMatchObject({exitCode: 0});
	};

	beforeAll(async () => {
		await deploy();
		await lab.expectServing(version);
	});

	test.for(ways)('in a redeploy (received: $isReceived, down for $downMs ms)', way =>
		cutEverywhere(lab, way, {
			args: apply,
			prepare: async () => {
				lab.write(++version);
				return version;
			},
		}),
	);

	test.for(ways)('in a promotion (received: $isReceived, down for $downMs ms)', way =>
		cutEverywhere(lab, way, {
			args: ['promote', '--auto-approve'],
			prepare: async () => {
				await deploy('--hold');
				return version;
			},
		}),
	);

	test.for(ways)('in a rollback (received: $isReceived, down for $downMs ms)', way => {
		// A rollback leads to what served before, not to the version before.
		const serving = version;
		return cutEverywhere(lab, way, {
			args: ['rollback', '--auto-approve'],
			// A second rollback would go further back.
			recover: apply,
			// The newest image is not the one that serves.
			settle: apply,
			prepare: async () => {
				await deploy();
				lab.write(serving);
				return serving;
			},
		});
	});

	afterAll(() => engine.arm());
});
