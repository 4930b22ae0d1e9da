import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {sealArtifact} from '../../source/backup/artifact.ts';
import {createBackup} from '../../source/backup/create.ts';
import {patchBackup} from '../../source/backup/records.ts';
import {restoreInPlace} from '../../source/backup/restore.ts';
import {restoreAs} from '../../source/backup/restore-as.ts';
import {verifyBackup} from '../../source/backup/verify.ts';
import type {Work} from '../../source/backup/work.ts';
import {EngineError} from '../../source/errors.ts';
import {isOperationAddress} from '../../source/model/address.ts';
import {newId} from '../../source/model/ids.ts';
import {labels} from '../../source/model/labels.ts';
import {createMemoryWorld, images, type MemoryWorld} from '../apply/memory-world.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

type Site = {readonly volume?: string; readonly kind?: string; readonly stop?: boolean};

const site = ({
	volume = '{path: /data, backup: {preset: archive}}',
	kind = 'web',
	stop = false,
}: Site = {}): string => `name: shop
services:
  web: {image: '${images.good}', kind: ${kind}, volumes: {uploads: ${volume}}}
resources:
  search:
    image: '${images.database}'
    volumes: {data: /data, settings: /settings}
    operations: {backup: {preset: archive, stop: ${stop}}}
`;

const exclusive = site({volume: '{path: /data, exclusive: true, backup: {preset: archive, stop: true}}'});

let world: MemoryWorld;

beforeEach(async () => {
	world = await createMemoryWorld();
});

afterEach(() => world.close());

async function deploy(descriptor: string) {
	const {result, plan} = await world.apply(descriptor);
	expect(result).toMatchObject({outcome: 'done'});
	return plan;
}

/** The running container of a service or resource, by its address. */
async function containerAt(address: string) {
	const {containers} = await world.engine.observe({[labels.address]: address});
	return containers.find(({state}) => state === 'running');
}

/** Writes or reads a file, as the program would. */
async function put(address: string, path: string, content: string): Promise<void> {
	const {id} = (await containerAt(address))!;
	const {pack} = await import('tar-stream');
	const archive = pack();
	archive.entry({name: path.slice(1)}, content);
	archive.finalize();
	await world.engine.writeArchive(id, '', archive as AsyncIterable<Uint8Array>);
}

async function files(address: string, folder: string): Promise<Readonly<Record<string, string>>> {
	const {id} = (await containerAt(address))!;
	const {extract} = await import('tar-stream');
	const entries = extract();
	const found: Record<string, string> = {};
	const reading = (async () => {
		for await (const entry of entries) {
			let text = '';
			for await (const piece of entry as AsyncIterable<Buffer>) text += piece.toString();
			found[entry.header.name.replace('./', '')] = text;
		}
	})();
	for await (const piece of world.engine.readArchive(id, folder)) entries.write(piece);
	entries.end(undefined);
	await reading;
	return found;
}

async function leftovers(): Promise<string[]> {
	const {containers, volumes} = await world.engine.observe({[labels.lineage]: ''});
	return [...containers, ...volumes].flatMap(({labels: own, name}) =>
		isOperationAddress(own[labels.address] ?? '') ? name : [],
	);
}

async function failed(work: Promise<unknown>): Promise<Error> {
	const error = await work.then(() => undefined).catch((reason: unknown) => reason);
	if (!(error instanceof Error)) throw new Error('it should fail');
	return error;
}

describe('the archive of a volume of a service', () => {
	it('brings back what was in it, and nothing else', async () => {
		await deploy(site());
		await put('service.web', '/data/a.txt', 'first');
		const id = await world.work(site(), async work => (await createBackup(work, 'web.uploads', 'manual')).id);
		await put('service.web', '/data/a.txt', 'second');
		await put('service.web', '/data/b.txt', 'newer');
		const {preRestoreBackup} = await world.work(site(), work => restoreInPlace(work, 'web.uploads', id));
		expect(await files('service.web', '/data')).toEqual({'a.txt': 'first'});
		await world.work(site(), work => restoreInPlace(work, 'web.uploads', preRestoreBackup!.id));
		expect(await files('service.web', '/data')).toEqual({'a.txt': 'second', 'b.txt': 'newer'});
		expect(await leftovers()).toEqual([]);
		expect((await world.plan(site())).plan.actions.filter(({kind}) => kind !== 'none')).toEqual([]);
	});

	it('is of a volume that is empty as well', async () => {
		await deploy(site());
		const {status} = await world.work(site(), work => createBackup(work, 'web.uploads', 'manual'));
		expect(status).toBe('succeeded');
	});

	it('is verified in a new volume, which is removed', async () => {
		await deploy(site());
		await put('service.web', '/data/a.txt', 'first');
		const {verification} = await world.work(site(), async work => {
			const {id} = await createBackup(work, 'web.uploads', 'manual');
			return verifyBackup(work, id);
		});
		expect(verification).toMatchObject({status: 'succeeded', failureSummary: null});
		expect(await leftovers()).toEqual([]);
	});

	it('needs a declaration', async () => {
		await deploy(site({volume: '/data'}));
		const {message} = await failed(
			world.work(site({volume: '/data'}), work => createBackup(work, 'web.uploads', 'manual')),
		);
		expect(message).toBe('compartment.yml does not say that volume web.uploads is backed up.');
	});

	it('is refused while the volume is gone, instead of making an empty one', async () => {
		await deploy(site());
		await world.engine.remove((await containerAt('service.web'))!.id);
		await world.engine.removeVolume('compartment-shop.production.service.web.uploads');
		const {message} = await failed(world.work(site(), work => createBackup(work, 'web.uploads', 'manual')));
		expect(message).toBe('volume.web.uploads was removed outside Compartment, and its data is gone.');
		expect((await world.engine.observe({})).volumes.map(({name}) => name)).not.toContain(
			'compartment-shop.production.service.web.uploads',
		);
	});

	it('is refused with an entry that leads out of the volume, before anything changes', async () => {
		await deploy(site());
		await put('service.web', '/data/a.txt', 'first');
		const id = await world.work(site(), async work => (await createBackup(work, 'web.uploads', 'manual')).id);
		const {artifactLocation} = (await world.state())!.backups[0]!;
		const {pack} = await import('tar-stream');
		const archive = pack();
		archive.entry({name: 'volumes/uploads/../../../etc/cron.d/x'}, 'evil');
		archive.finalize();
		await writeFile(join(artifactLocation!, 'volumes.tar'), archive as AsyncIterable<Uint8Array>);
		// As if the manifest had been made for it.
		const sealed = await sealArtifact(artifactLocation!);
		await world.changeState(state => patchBackup(state, id, sealed));
		const {message} = await failed(world.work(site(), work => restoreInPlace(work, 'web.uploads', id)));
		expect(message).toContain('"../etc/cron.d/x", which leads out of the backup');
		expect(await files('service.web', '/data')).toEqual({'a.txt': 'first'});
		expect((await world.state())!.volumes['volume.web.uploads']!.restore).toBeUndefined();
		const {verification} = await world.work(site(), work => verifyBackup(work, id));
		expect(verification).toMatchObject({status: 'failed', failureSummary: expect.stringContaining('leads out')});
	});

	it('waits for a run of its job, unless that was interrupted', async () => {
		const job = site({kind: 'job'});
		await deploy(job);
		const id = await world.work(job, async work => (await createBackup(work, 'web.uploads', 'manual')).id);
		const startedAt = (ago: number) => new Date(Date.now() - ago).toISOString();
		const run = {service: 'web', deployment: 'dpl_1', trigger: 'manual', arguments: [], status: 'running'} as const;
		const begin = (ago: number) =>
			world.changeState(state => ({...state, jobs: [{...run, id: newId('job'), startedAt: startedAt(ago)}]}));
		await begin(1000);
		const {message} = await failed(world.work(job, work => restoreInPlace(work, 'web.uploads', id)));
		expect(message).toMatch(/^Run job_\w+ of web uses the volume web\.uploads\.$/);
		await begin(120_000);
		await world.work(job, work => restoreInPlace(work, 'web.uploads', id));
	});

	it('makes no resource', async () => {
		await deploy(site());
		const {message} = await failed(
			world.work(site(), async work => {
				const {id} = await createBackup(work, 'web.uploads', 'manual');
				return restoreAs(work, 'other', id);
			}),
		);
		expect(message).toContain('it makes no resource');
	});

	it('follows its schedule as it was last applied, without a new deployment', async () => {
		await deploy(site());
		const scheduled = site({
			volume: '{path: /data, backup: {preset: archive, schedule: {interval: daily, retention: {keepLast: 1}}}}',
		});
		const before = (await containerAt('service.web'))!.id;
		const plan = await deploy(scheduled);
		expect(plan.actions.filter(({kind}) => kind !== 'none')).toEqual([
			expect.objectContaining({
				address: 'volume.web.uploads',
				kind: 'update',
				reasons: ['backup.schedule.interval added', 'backup.schedule.retention.keepLast added'],
			}),
		]);
		expect((await containerAt('service.web'))!.id).toBe(before);
		// An agent has no compartment.yml.
		const elsewhere = 'name: shop\nservices: {other: .}\n';
		let now = Date.parse('2026-03-01T12:00:00Z');
		const due = () => {
			now += 25 * 3_600_000;
			return world.due(elsewhere, () => now);
		};
		expect(await due()).toMatchObject([{resource: 'web.uploads', status: 'succeeded', cleaned: []}]);
		expect(await due()).toMatchObject([
			{resource: 'web.uploads', status: 'succeeded', cleaned: [{id: expect.any(String)}]},
		]);
	});
});

describe('a restore that fails half-way', () => {
	const restoreBroken = async (descriptor: string, name: string) => {
		const {id} = await world.work(descriptor, work => createBackup(work, name, 'manual'));
		const error = await failed(
			world.work(descriptor, async work => {
				const calls: Work['context']['engine'] = {
					...work.context.engine,
					async writeArchive() {
						throw new EngineError('cannot write: no space left on device', {status: 500});
					},
				};
				return restoreInPlace({...work, context: {...work.context, engine: calls}}, name, id);
			}),
		);
		return {id, error};
	};

	it('leaves a service stopped and blocked until the volume is restored', async () => {
		await deploy(site());
		await put('service.web', '/data/a.txt', 'first');
		const {id, error} = await restoreBroken(site(), 'web.uploads');
		expect(error.message).toContain(`Volume web.uploads is half restored from backup ${id}`);
		expect(await containerAt('service.web')).toBeUndefined();
		for (const request of [{}, {mode: 'start' as const}, {mode: 'restart' as const}]) {
			const {plan} = await world.plan(site(), request);
			expect(plan.actions.filter(({kind}) => kind === 'blocked').map(({reasons}) => reasons)).toContainEqual([
				`The restore of backup ${id} into volume web.uploads did not finish.`,
			]);
		}
		await world.work(site(), work => restoreInPlace(work, 'web.uploads', id));
		expect(await files('service.web', '/data')).toEqual({'a.txt': 'first'});
		expect((await world.plan(site())).plan.actions.filter(({kind}) => kind !== 'none')).toEqual([]);
	});

	it('leaves an exclusive service stopped, also after recovery', async () => {
		await deploy(exclusive);
		await restoreBroken(exclusive, 'web.uploads');
		await world.work(exclusive, async () => undefined);
		expect(await containerAt('service.web')).toBeUndefined();
	});

	it('leaves a resource stopped', async () => {
		await deploy(site());
		await put('resource.search', '/data/index', 'first');
		const {id} = await restoreBroken(site(), 'search');
		expect(await containerAt('resource.search')).toBeUndefined();
		expect((await world.state())!.resources['search']).toMatchObject({status: 'restore-incomplete'});
		await world.work(site(), work => restoreInPlace(work, 'search', id));
		expect(await files('resource.search', '/data')).toEqual({index: 'first'});
	});
});

describe('the archive of a resource', () => {
	it('has all of its volumes, and makes another resource', async () => {
		await deploy(site());
		await put('resource.search', '/data/index', 'words');
		await put('resource.search', '/settings/main', 'on');
		await world.work(site(), async work => {
			const {id} = await createBackup(work, 'search', 'manual');
			expect((await verifyBackup(work, id)).verification).toMatchObject({status: 'succeeded'});
			await restoreAs(work, 'copy', id);
		});
		expect(await files('resource.copy', '/data')).toEqual({index: 'words'});
		expect(await files('resource.copy', '/settings')).toEqual({main: 'on'});
	});
});

describe('stop: true', () => {
	const starts = () => world.engine.calls.filter(({method}) => method === 'stop' || method === 'start').length;

	it.each([
		['an exclusive volume', exclusive, 'web.uploads', 'service.web'],
		['a resource', site({stop: true}), 'search', 'resource.search'],
	])('stops what uses %s while it is read, and starts it again', async (_what, descriptor, name, address) => {
		await deploy(descriptor);
		const before = starts();
		const seen: unknown[] = [];
		await world.work(descriptor, async work => {
			const watching: Work['context']['engine'] = {
				...work.context.engine,
				async *readArchive(...request) {
					seen.push(await containerAt(address));
					yield* work.context.engine.readArchive(...request);
				},
			};
			await createBackup({...work, context: {...work.context, engine: watching}}, name, 'manual');
		});
		expect(seen).toEqual([undefined]);
		expect(await containerAt(address)).toBeDefined();
		expect(starts() - before).toBe(2);
	});

	it('says so when the program is not ready again, and keeps the backup', async () => {
		const sick = `${exclusive}`.replace(
			`image: '${images.good}', kind: web`,
			`image: '${images.better}', kind: web, readiness: {type: http, path: /, timeoutMs: 50}`,
		);
		await deploy(sick);
		world.sicken(images.better);
		const said: string[] = [];
		const {status} = await world.work(sick, work =>
			createBackup({...work, say: message => void said.push(message)}, 'web.uploads', 'manual'),
		);
		expect(status).toBe('succeeded');
		expect(said).toEqual([
			expect.stringContaining('volume web.uploads: what was stopped for the backup is not ready again: '),
		]);
	});
});
