import {expect, it, vi} from 'vitest';
import {createBackup} from '../../source/backup/create.ts';
import {verifyBackup} from '../../source/backup/verify.ts';
import {EngineError} from '../../source/errors.ts';
import {isOperationAddress} from '../../source/model/address.ts';
import {labels} from '../../source/model/labels.ts';
import {openRestorableWorld} from './restorable-world.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

async function openWorld() {
	const {world, descriptor} = await openRestorableWorld('restore');
	const addresses = async () => {
		const {containers, volumes} = await world.engine.observe({[labels.lineage]: ''});
		return [...containers, ...volumes].map(({labels: own}) => own[labels.address] ?? '');
	};
	const verify = () =>
		world.work(descriptor, async work => {
			const {id} = await createBackup(work, 'db', 'manual');
			return (await verifyBackup(work, id)).verification;
		});
	return {world, descriptor, verify, addresses};
}

it('verifying a backup leaves no container and no volume', async () => {
	const {world, verify, addresses} = await openWorld();
	expect(await verify()).toMatchObject({status: 'succeeded', failureSummary: null});
	expect(await addresses()).toEqual(expect.arrayContaining(['resource.db', 'volume.db.data']));
	expect((await addresses()).filter(isOperationAddress)).toEqual([]);
	const removed = world.engine.calls.filter(({method}) => method === 'removeVolume');
	expect(removed.map(({args}) => args)).toEqual([
		[expect.stringMatching(/\.db\.backup\.rbak_\w+$/)],
		[expect.stringMatching(/\.db\.verify\.(rbak_\w+)\.restore\.\1$/)],
		[expect.stringMatching(/\.db\.verify\.rbak_\w+\.data$/)],
	]);
});

it('a verification succeeds although its volumes cannot be removed, and the next command removes them', async () => {
	const {world, descriptor, verify, addresses} = await openWorld();
	for (let volume = 0; volume < 3; volume++)
		world.engine.failNext('removeVolume', new EngineError('cannot remove volume: ordered by the test', {status: 500}));
	expect(await verify()).toMatchObject({status: 'succeeded', failureSummary: null});
	expect((await addresses()).filter(isOperationAddress).toSorted()).toEqual(['backup.db', 'restore.db', 'verify.db']);
	await world.work(descriptor, async () => undefined);
	expect((await addresses()).filter(isOperationAddress)).toEqual([]);
});

it('a verification whose engine does not answer says nothing about the backup', async () => {
	const {world, descriptor} = await openWorld();
	const {id} = await world.work(descriptor, work => createBackup(work, 'db', 'manual'));
	world.engine.failNext('createVolume', new EngineError('cannot create volume: the engine closed the connection'));
	await expect(world.work(descriptor, work => verifyBackup(work, id))).rejects.toThrow('closed the connection');
	expect((await world.state())!.backups.at(-1)).toMatchObject({status: 'succeeded', verification: null});
});
