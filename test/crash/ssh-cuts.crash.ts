import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {type Cut, withCuttableEngine} from '../docker/ssh-cuts.ts';
import {apply, type CrashLab, describeProject, withCrashLab} from './lab.ts';
import {type Load, startLoad} from './load.ts';

const engine = withCuttableEngine();

type Way = Omit<Cut, 'request'>;

const downTimes = [30, 3000] as const;

/** COMPARTMENT_CRASH_ROUNDS=3 cuts at every request three times for each time that the connection stays down. */
const rounds = Number(process.env['COMPARTMENT_CRASH_ROUNDS'] ?? 0);

/** COMPARTMENT_CRASH_EVERY=3 cuts at every third request only. */
const every = Number(process.env['COMPARTMENT_CRASH_EVERY'] ?? 1);

/** How to cut at a request, in one pass over all of them. */
type Pass = {readonly name: string; readonly wayAt: (request: number) => Way};

/** By default one pass, in which the ways take turns. */
const passes: readonly Pass[] =
	rounds === 0
		? [
				{
					name: 'once, in turns',
					wayAt: request => ({downMs: downTimes[request % 2]!, isReceived: request % 4 < 2}),
				},
			]
		: Array.from({length: rounds}, (_, round) =>
				downTimes.map(downMs => ({
					name: `round ${round + 1}, down for ${downMs} ms`,
					wayAt: (request: number) => ({downMs, isReceived: (request + round) % 2 === 0}),
				})),
			).flat();

/** How long requests go on after a recovery: nothing may be lost later either. */
const afterwardsMs = 3000;

type Command = {
	readonly args: readonly string[];
	/** Brings about what the command starts from. Returns the version that serves after it. */
	readonly prepare: () => Promise<number>;
	/** After which a plan is empty, if it is not after the command. */
	readonly settle?: readonly string[];
	/** Fails unless the command left what it should. */
	readonly check?: () => Promise<void>;
	/** How many requests it makes at least. */
	readonly least: number;
};

/** Cuts the connection at one request of a command, and recovers with the same command. */
async function cutOnce(
	lab: CrashLab,
	cut: Way & {readonly request: number},
	{args, prepare, settle, check}: Command,
): Promise<{readonly isLast: boolean; readonly requests: number; readonly recoveryMs: number | undefined}> {
	const version = await prepare();
	engine.arm(cut);
	const load: Load = startLoad(lab.sandbox);
	try {
		const first = await lab.run(args, engine.env());
		const made = engine.requests();
		const isLast = !engine.hasCut();
		engine.arm();
		await engine.mended();
		const recovery = first.exitCode === 0 ? undefined : await lab.run(args, engine.env());
		const outputs = [first, ...(recovery ? [recovery] : [])].map(({stdout, stderr}) => stdout + stderr);
		const said = [`${JSON.stringify(cut)}: ${made[cut.request - 1]}`, ...outputs].join('\n');
		expect(recovery?.exitCode ?? 0, said).toBe(0);
		expect((await lab.sandbox.ask()).body, said).toBe(`web v${version}`);
		const quiet = pause(afterwardsMs);
		await check?.();
		if (settle) expect(await lab.run(settle), said).toMatchObject({exitCode: 0});
		await lab.expectServing(version);
		await quiet;
		await load.stop();
		expect(load.losses, said).toEqual([]);
		return {isLast, requests: load.count(), recoveryMs: recovery?.durationMs};
	} finally {
		engine.arm();
		await load.stop();
	}
}

/** Cuts the connection at one changing request after the other, until the command makes no more. */
async function cutEverywhere(lab: CrashLab, {name, wayAt}: Pass, command: Command): Promise<void> {
	const recoveries: number[] = [];
	let requests = 0;
	let cuts = 0;
	for (let request = 1; ; request += every) {
		const done = await cutOnce(lab, {...wayAt(request), request}, command);
		requests += done.requests;
		if (done.recoveryMs !== undefined) recoveries.push(done.recoveryMs);
		if (done.isLast) break;
		cuts++;
	}
	expect(cuts).toBeGreaterThanOrEqual(command.least / every);
	const slowest = (Math.max(0, ...recoveries) / 1000).toFixed(1);
	console.log(
		`${command.args.join(' ')}, ${name}: ${cuts} cuts, ${recoveries.length} needed a second command, the slowest ${slowest} s, ${requests} requests, none lost`,
	);
}

/** Keeps what the resource answers with. */
const backup = `node -e "
	fetch('http://' + process.env.COMPARTMENT_RESOURCE_HOST + ':7000')
		.then(answer => answer.text())
		.then(text => require('node:fs').writeFileSync(process.env.COMPARTMENT_BACKUP_DIR + '/starts', text))"`;

// The resource stays as it is, because a rollback does not change resources.
const {store} = describeProject(0).resources;
const resources = {store: {...store, operations: {backup: {command: backup}}}};

describe('over a connection that is cut at every changing request, nothing is lost', () => {
	const lab = withCrashLab(version => ({...describeProject(version), resources}));
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

	test.for(passes)('in a redeploy ($name)', pass =>
		cutEverywhere(lab, pass, {
			args: apply,
			least: 20,
			prepare: async () => {
				lab.write(++version);
				return version;
			},
		}),
	);

	test.for(passes)('in a promotion ($name)', pass =>
		cutEverywhere(lab, pass, {
			args: ['promote', '--auto-approve'],
			least: 10,
			prepare: async () => {
				await deploy('--hold');
				return version;
			},
		}),
	);

	test.for(passes)('in a rollback ($name)', async pass => {
		// A rollback leads to what served before, not to the version before; the last one has left an older version.
		await deploy();
		const serving = version;
		await cutEverywhere(lab, pass, {
			args: ['rollback', '--auto-approve'],
			least: 10,
			// The newest image is not the one that serves.
			settle: apply,
			prepare: async () => {
				await deploy();
				lab.write(serving);
				return serving;
			},
		});
	});

	const create = ['resource', 'backup', 'create', '--resource', 'store'];
	const newest = () => lab.sandbox.state().backups.at(-1);

	test.for(passes)('in a backup ($name)', pass =>
		cutEverywhere(lab, pass, {
			args: create,
			least: 3,
			prepare: async () => version,
			check: async () => expect(newest()).toMatchObject({status: 'succeeded'}),
			// Removes the volume of one that could not.
			settle: create,
		}),
	);

	test.for(passes)('in a backup to a store ($name)', async pass => {
		const {sshd} = engine;
		await lab.sandbox.succeed(['backup', 'store', 'add', 'lab', sshd.address('/root/backups')], {env: sshd.env()});
		onTestFinished(async () => void (await lab.sandbox.succeed(['backup', 'store', 'remove', 'lab'])));
		await cutEverywhere(lab, pass, {
			args: [...create, '--store', 'lab'],
			least: 3,
			prepare: async () => version,
			check: async () =>
				expect(newest()).toMatchObject({status: 'succeeded', copies: [{store: 'lab', status: 'stored'}]}),
			settle: create,
		});
	});

	afterAll(() => engine.arm());
});
