import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {withSandbox} from '../docker/cli.ts';
import {withSshd} from '../docker/sshd.ts';
import {largeResource} from '../support/large-backup.ts';
import {type S3Server, startS3} from '../support/s3-server.ts';

const shared = mkdtempSync(join(tmpdir(), 'compartment-nas-'));
afterAll(() => rmSync(shared, {recursive: true}));
withSshd({folders: () => [shared]});

const sandbox = withSandbox();
let server: S3Server;
beforeAll(async () => {
	server = await startS3();
}, 300_000);
afterAll(() => server?.stop());

const tellMemory = `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS))`;

/** The most memory that a command took, in megabytes. */
async function peakOf(args: readonly string[]): Promise<number> {
	const {accessKeyId, secretAccessKey} = server.key;
	const env = {
		NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tellMemory)}`,
		AWS_ACCESS_KEY_ID: accessKeyId,
		AWS_SECRET_ACCESS_KEY: secretAccessKey,
	};
	const outcome = await sandbox.run(args, {env, limitMs: 300_000});
	expect(outcome, outcome.stderr).toMatchObject({exitCode: 0});
	return Number(/peak (\d+)$/.exec(outcome.stderr)![1]) / 1024;
}

const describeLarge = async (megabytes: number) => {
	sandbox.describe({
		services: {idle: {image: 'node:24-slim', kind: 'worker', run: {command: 'sleep 1d'}}},
		resources: {large: largeResource(megabytes)},
	});
	await sandbox.succeed(['deploy']);
};

test('a backup of 200 MB is in memory only in pieces, to a store and back', async () => {
	await describeLarge(20);
	await peakOf(['backup', 'store', 'add', 's3', `s3://${server.bucket}/team`, '--endpoint', server.endpoint]);
	await peakOf(['backup', 'store', 'add', 'ssh', `ssh://root@lab${shared}/team`]);
	const peaks: Record<string, number> = {};
	for (const megabytes of [20, 200]) {
		await describeLarge(megabytes);
		for (const store of ['s3', 'ssh']) {
			peaks[`${store} ${megabytes} up`] = await peakOf([
				'resource',
				'backup',
				'create',
				'--resource',
				'large',
				'--store',
				store,
			]);
			const {id} = sandbox.state().backups.at(-1)!;
			rmSync(join(sandbox.folder, '.compartment/production/backups'), {recursive: true});
			const restore = [
				'resource',
				'backup',
				'restore',
				'--resource',
				'large',
				'--backup',
				id,
				'--store',
				store,
				'--yes',
			];
			peaks[`${store} ${megabytes} down`] = await peakOf(restore);
			rmSync(join(sandbox.folder, '.compartment/production/backups'), {recursive: true});
		}
	}
	for (const store of ['s3', 'ssh'])
		for (const way of ['up', 'down']) {
			// Pieces that are not yet collected make up the difference: it is the same for 500 MB.
			expect(peaks[`${store} 200 ${way}`]).toBeLessThan(peaks[`${store} 20 ${way}`]! + 90);
			expect(peaks[`${store} 200 ${way}`]).toBeLessThan(250);
		}
}, 900_000);
