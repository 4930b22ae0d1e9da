import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {pack} from 'tar-stream';
import {describe, expect, test} from 'vitest';
import {createKeeper} from './backup-store.ts';
import {expectError, withSandbox} from './cli.ts';

const image = 'node:24-slim';
const serve = `require('node:http').createServer((_, response) => response.end('up')).listen(3000)`;

const wait = 'trap exit TERM; sleep 1d & wait';

const archive = {preset: 'archive'};

const sandbox = withSandbox(async box => {
	box.describe({
		services: {
			web: {
				...{image, port: 3000, accessMode: 'public', run: {command: `exec node -e "${serve}"`}},
				volumes: {uploads: {path: '/data', backup: archive}},
			},
			index: {
				...{image, kind: 'worker', run: {command: wait}},
				volumes: {db: {path: '/db', exclusive: true, backup: {...archive, stop: true}}},
			},
		},
		resources: {
			search: {
				...{image, command: ['sh', '-c', wait], volumes: {data: '/data', settings: '/settings'}},
				operations: {backup: archive},
			},
		},
	});
	await box.succeed(['deploy']);
});
const uploads = createKeeper(sandbox, 'web.uploads');
const index = createKeeper(sandbox, 'index.db');
const search = createKeeper(sandbox, 'search');

/** Runs a script for sh in the running container at an address. */
async function inside(address: string, script: string): Promise<string> {
	const {id} = await sandbox.running(address);
	const {stdout, stderr, exitCode} = await sandbox.engine.exec(id, ['sh', '-ec', script], {user: '0'});
	expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ''});
	return stdout;
}

/** All that a backup of a folder has to bring back: paths, types, modes, owners, links, times and contents. */
const contents = (address: string, folder: string) =>
	inside(
		address,
		`cd ${folder} && find . -printf '%p %y %m %U:%G %n %l %TY-%Tm-%Td %TH:%TM\\n' | sort && find . -type f -print0 | sort -z | xargs -0 -r sha256sum`,
	);

const fill = `
cd /data
chmod 2750 . && chown 1001:1002 .
mkdir -p a/empty 'with space' && chmod 700 a && chown 33:33 a
head -c 3000000 /dev/urandom > a/large
printf one > a/one && ln a/one a/again && chmod 4755 a/one
ln -s /etc/passwd absolute && ln -s ../../../etc relative && ln -s gone dangling
: > nothing && touch -d '2001-02-03 04:05:06.789' nothing
printf x > "$(printf 'lat\\351n1')" && printf y > "$(printf 'uml\\303\\244ut')"
printf z > "$(printf 'line\\nbreak')"
d=deep; for i in 1 2 3 4 5 6 7 8 9; do d=$d/0123456789012345678901234567890; done; mkdir -p $d && printf d > $d/file
mkfifo pipe
printf big > big && chown 1000680000:1000680000 big
`;

test('a volume of a service comes back as it was: owners, modes, links, times and odd names', async () => {
	await inside('service.web', fill);
	const before = await contents('service.web', '/data');
	await sandbox.succeed(uploads.create);
	const {id, artifactLocation} = uploads.newest();
	expect(readdirSync(artifactLocation!)).toEqual(['volumes.tar']);
	await inside('service.web', 'cd /data && rm -rf a absolute deep && chown 0:0 . && chmod 755 . && printf new > newer');
	const container = (await sandbox.running('service.web')).id;
	expect(await sandbox.succeed(uploads.restore(id))).toMatch(/Volume web\.uploads restored from backup rbak_/);
	expect(await contents('service.web', '/data')).toBe(before);
	// The same container was stopped and started: the address in the router still leads to it.
	expect((await sandbox.running('service.web')).id).toBe(container);
	expect((await sandbox.ask()).body).toBe('up');
	expect(await uploads.leftovers()).toEqual([]);
	await sandbox.expectNoChanges();
});

test('a backup is verified in other volumes', async () => {
	await sandbox.succeed(uploads.create);
	const verify = ['resource', 'backup', 'verify', '--backup', uploads.newest().id];
	expect(await sandbox.succeed(verify)).toContain('was restored and is good');
	expect(await uploads.leftovers()).toEqual([]);
});

test('an archive that somebody has changed is refused before anything is stopped', async () => {
	await sandbox.succeed(uploads.create);
	const {id, artifactLocation} = uploads.newest();
	const before = await contents('service.web', '/data');
	const hostile = pack();
	hostile.entry({name: 'volumes/uploads/out', type: 'symlink', linkname: '/etc'});
	hostile.entry({name: 'volumes/uploads/out/cron.d/x'}, 'evil');
	hostile.finalize();
	writeFileSync(join(artifactLocation!, 'volumes.tar'), await new Response(hostile as never).bytes());
	expectError(await sandbox.run(uploads.restore(id)), `Backup ${id} is damaged`);
	expect(await contents('service.web', '/data')).toBe(before);
});

test('stop: true stops the program while its files are read', async () => {
	await inside('service.index', 'printf words > /db/words');
	const {startedAt, id} = await sandbox.running('service.index');
	await sandbox.succeed(index.create);
	const again = await sandbox.running('service.index');
	expect(again.id).toBe(id);
	expect(again.startedAt).toBeGreaterThan(startedAt!);
	await inside('service.index', 'printf changed > /db/words');
	await sandbox.succeed(index.restore(index.newest().id));
	expect(await inside('service.index', 'cat /db/words')).toBe('words');
	await sandbox.expectNoChanges();
});

test('the archive of a resource has all of its volumes, and makes another resource', async () => {
	await inside('resource.search', 'printf words > /data/index; printf on > /settings/main; chown 1001 /settings');
	await sandbox.succeed(search.create);
	const {id} = search.newest();
	await inside('resource.search', 'rm /data/index; printf off > /settings/main');
	await sandbox.succeed(search.restore(id));
	expect(await inside('resource.search', 'cat /data/index /settings/main; stat -c " %u" /settings')).toBe(
		'wordson 1001\n',
	);
	await sandbox.succeed(['resource', 'backup', 'restore', '--backup', id, '--as', 'copy']);
	expect(await inside('resource.copy', 'cat /data/index /settings/main')).toBe('wordson');
	await sandbox.succeed(['resource', 'delete', '--resource', 'copy', '--delete-data', '--yes']);
	expect(await search.leftovers()).toEqual([]);
});

describe('a backup during which a file becomes shorter', () => {
	test('fails and keeps nothing, or is complete', async () => {
		const {id} = await sandbox.running('service.web');
		const churn = sandbox.engine.exec(id, [
			'sh',
			'-c',
			'cd /data; for i in $(seq 400); do head -c 4000000 /dev/zero > churn; : > churn; done; rm churn',
		]);
		for (let round = 0; round < 4; round++) {
			const {exitCode, stderr} = await sandbox.run(uploads.create);
			const made = uploads.newest();
			if (exitCode === 0) {
				expect(
					readFileSync(join(made.artifactLocation!, 'volumes.tar'))
						.subarray(-1024)
						.some(byte => byte !== 0),
				).toBe(false);
				continue;
			}
			expect(stderr).toMatch(/a file (may have )?changed while it was read|not a complete archive/);
			expect(made).toMatchObject({status: 'failed', artifactLocation: null});
		}
		await churn;
		expect(await uploads.leftovers()).toEqual([]);
	});
});
