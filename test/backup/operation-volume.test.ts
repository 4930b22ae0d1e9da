import {existsSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it, vi} from 'vitest';
import {createBackup} from '../../source/backup/create.ts';
import {restoreInPlace} from '../../source/backup/restore.ts';
import type {Work} from '../../source/backup/work.ts';
import type {Engine} from '../../source/engine/engine.ts';
import {EngineError} from '../../source/errors.ts';
import {isOperationAddress} from '../../source/model/address.ts';
import {labels} from '../../source/model/labels.ts';
import {openRestorableWorld} from './restorable-world.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

async function openWorld() {
	const {world, descriptor} = await openRestorableWorld('restore');
	const {engine} = world;
	const work = <Result>(run: (work: Work) => Promise<Result>, changes: Partial<Engine> = {}): Promise<Result> =>
		world.work(descriptor, ({context, ...work}) =>
			run({...work, context: {...context, engine: {...context.engine, ...changes}}}),
		);
	const back = () => work(given => createBackup(given, 'db', 'manual'));
	/** What operations left on the engine. */
	const left = async () => {
		const {containers, volumes} = await engine.observe({[labels.lineage]: ''});
		return [...containers, ...volumes].filter(({labels: own}) => isOperationAddress(own[labels.address] ?? ''));
	};
	const newest = async () => (await world.state())!.backups.at(-1)!;
	return {world, descriptor, engine, work, back, left, newest};
}

it('a backup is brought here from its volume, and sent into one for a restore', async () => {
	const {engine, work, back, left} = await openWorld();
	const {id, artifactLocation, size} = await back();
	expect(readFileSync(join(artifactLocation!, 'dump'), 'utf8')).toBe('data');
	expect(size).toBe(4);
	let sent = '';
	await work(async given =>
		restoreInPlace(
			{
				...given,
				context: {
					...given.context,
					engine: {
						...given.context.engine,
						writeArchive: async (container, folder, archive, signal) => {
							await engine.writeArchive(container, folder, archive, signal);
							for await (const piece of engine.readArchive(container, folder)) sent += Buffer.from(piece).toString();
						},
					},
				},
			},
			'db',
			id,
		),
	);
	expect(sent).toContain('data');
	expect(await left()).toEqual([]);
});

it('no operation sees a folder of this machine', async () => {
	const {engine, work, back} = await openWorld();
	const {id} = await back();
	await work(given => restoreInPlace(given, 'db', id));
	const made = engine.calls.filter(({method}) => method === 'create').map(({args: [spec]}) => JSON.stringify(spec));
	expect(made.filter(spec => spec.includes('/backup')).length).toBeGreaterThanOrEqual(4);
	expect(made.filter(spec => spec.includes('"binds"'))).toEqual([]);
});

async function expectFailure(world: Awaited<ReturnType<typeof openWorld>>, changes: Partial<Engine>, why: string) {
	await expect(world.work(given => createBackup(given, 'db', 'manual'), changes)).rejects.toThrow(why);
	const {status, failureSummary, artifactLocation} = await world.newest();
	expect({status, artifactLocation}).toEqual({status: 'failed', artifactLocation: null});
	expect(failureSummary).toContain(why);
	const root = join(world.world.directory, 'backups');
	expect(existsSync(root) ? readdirSync(root) : []).toEqual([]);
	expect(await world.left()).toEqual([]);
}

it('a transfer that is cut fails the backup, and leaves no file', async () => {
	const world = await openWorld();
	const lost = new EngineError('cannot read /backup: the engine closed the connection');
	await expectFailure(
		world,
		{
			async *readArchive(id, folder) {
				for await (const piece of world.engine.readArchive(id, folder)) {
					yield piece.subarray(0, 100);
					throw lost;
				}
			},
		},
		'the engine closed the connection',
	);
});

it('an archive that ends too early, or leads out of the backup, fails the backup', async () => {
	const world = await openWorld();
	await expectFailure(
		world,
		{
			async *readArchive(id, folder) {
				for await (const piece of world.engine.readArchive(id, folder)) return yield piece.subarray(0, 513);
			},
		},
		'what the engine sent is not a complete archive',
	);
	const {pack} = await import('tar-stream');
	await expectFailure(
		world,
		{
			async *readArchive() {
				const archive = pack();
				archive.entry({name: '../../stolen'}, 'x');
				archive.finalize();
				yield* archive as AsyncIterable<Uint8Array>;
			},
		},
		'which leads out of the backup',
	);
});

it('what this machine cannot write is named', async () => {
	const world = await openWorld();
	const root = join(world.world.directory, 'backups');
	await expectFailure(
		world,
		{
			async *readArchive(id, folder) {
				for (const backup of readdirSync(root)) {
					rmSync(join(root, backup, 'artifact'), {recursive: true});
					writeFileSync(join(root, backup, 'artifact'), 'not a folder');
				}
				yield* world.engine.readArchive(id, folder);
			},
		},
		`Cannot write ${root}`,
	);
});

it('a volume that cannot be made or filled fails the command, and a failed restore leaves none', async () => {
	const {engine, work, back, left, newest} = await openWorld();
	const full = new EngineError('cannot write /backup: no space left on device', {status: 500});
	const {id} = await back();
	engine.failNext('writeArchive', full);
	await expect(work(given => restoreInPlace(given, 'db', id))).rejects.toThrow('no space left on device');
	expect(await left()).toEqual([]);
	engine.failNext('createVolume', full);
	await expect(back()).rejects.toThrow('no space left on device');
	expect((await newest()).status).toBe('failed');
	expect(await left()).toEqual([]);
});
