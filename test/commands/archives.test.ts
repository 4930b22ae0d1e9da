import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {images, openShop, type Shop} from './shop.ts';

const descriptor = (backup: string): string => `name: shop
services:
  web: {kind: web, image: "${images.good}", port: 8080, volumes: {uploads: {path: /data${backup}}}}
  tidy: {kind: job, image: "${images.finished}", run: {command: tidy up}, volumes: {work: /work}}
`;

const daily = ', backup: {preset: archive, schedule: {interval: daily}}';

let shop: Shop;

beforeEach(async () => {
	shop = await openShop();
	shop.write('compartment.yml', descriptor(daily));
	rmSync(join(shop.folder, 'compartment.routes.yml'));
	await shop.deploy();
});

afterEach(() => shop.close());

const backup = (verb: string, ...words: readonly string[]) => ['resource', 'backup', verb, ...words];
const onVolume = (verb: string, ...words: readonly string[]) => backup(verb, '--resource', 'web.uploads', ...words);
const create = async (): Promise<string> => (await shop.json(...onVolume('create'))).backup.id;

describe('resource backup takes the volume of a service', () => {
	it('create, list, show, verify and restore', async () => {
		expect(await shop.text(...onVolume('list'))).toMatchInlineSnapshot(`
			"scheduled backup	daily	last run never	cleaned 0
			"
		`);
		expect(await shop.text(...onVolume('create'))).toMatchInlineSnapshot(`
			"Backup rbak_xxxxxxxxxxxxxxx succeeded for volume web.uploads.
			"
		`);
		const id = await create();
		expect(await shop.text(...onVolume('list'))).toMatchInlineSnapshot(`
			"scheduled backup	daily	last run never	cleaned 0
			rbak_xxxxxxxxxxxxxxx	succeeded	manual	TIME____________________
			rbak_xxxxxxxxxxxxxxx	succeeded	manual	TIME____________________
			"
		`);
		expect(await shop.text(...backup('show', '--backup', id))).toMatchInlineSnapshot(`
			"Backup:          rbak_xxxxxxxxxxxxxxx
			Volume:          web.uploads
			Status:          succeeded
			Purpose:         manual
			Created:         TIME____________________ by USER
			Completed:       TIME____________________
			Size:            1 kB (1024 bytes)
			Checksum:        sha256:HASH____________________________________________________________
			Location:        FOLDER/.compartment/production/backups/rbak_xxxxxxxxxxxxxxx/artifact
			Operation image: haproxy:3.0.25-alpine
			Volumes:         uploads
			"
		`);
		expect(await shop.text(...backup('verify', '--backup', id))).toMatchInlineSnapshot(`
			"Backup rbak_xxxxxxxxxxxxxxx of volume web.uploads was restored and is good (0s).
			"
		`);
		expect(await shop.text(...onVolume('restore', '--backup', id, '--yes'))).toMatchInlineSnapshot(`
			"Volume web.uploads restored from backup rbak_xxxxxxxxxxxxxxx. Pre-restore backup: rbak_xxxxxxxxxxxxxxx.
			"
		`);
		expect((await shop.json(...onVolume('restore', '--backup', id, '--yes'))).restoredBackup).toMatchObject({id});
	});

	it('run-due', async () => {
		expect(await shop.text(...backup('run-due'))).toMatchInlineSnapshot(`
			"Backup rbak_xxxxxxxxxxxxxxx succeeded for volume web.uploads.
			"
		`);
		expect(await shop.text(...backup('run-due'))).toBe('No backup is due.\n');
	});

	it('and refuses one that is not declared or not there, a new resource of it, and a restore without a yes', async () => {
		expect(await shop.failure(...backup('create', '--resource', 'tidy.work'))).toMatchInlineSnapshot(`
			"Error: compartment.yml does not say that volume tidy.work is backed up.
			  Add backup: {preset: archive} to services.tidy.volumes.work
			"
		`);
		expect(await shop.failure(...backup('create', '--resource', 'web.gone'))).toMatchInlineSnapshot(`
			"Error: Environment production has no volume web.gone.
			  It has tidy.work, web.uploads
			"
		`);
		const id = await create();
		expect(await shop.failure(...backup('restore', '--backup', id, '--as', 'other'))).toMatchInlineSnapshot(`
			"Error: Backup rbak_xxxxxxxxxxxxxxx is of volume web.uploads, which belongs to a service: it makes no resource.
			  compartment resource backup restore --resource web.uploads --backup rbak_xxxxxxxxxxxxxxx
			"
		`);
		expect(await shop.failure(...onVolume('restore', '--backup', id))).toMatchInlineSnapshot(`
			"Error: Resource restore requires confirmation.
			  compartment resource backup restore --resource web.uploads --backup rbak_xxxxxxxxxxxxxxx --yes
			"
		`);
	});

	it('until a restore has succeeded, nothing is started on it: no service and no job', async () => {
		const restore = {backup: 'rbak_1', preRestoreBackup: 'rbak_2'};
		await shop.world.changeState(state => ({
			...state,
			volumes: Object.fromEntries(
				Object.entries(state.volumes).map(([address, record]) => [address, {...record, restore}]),
			),
		}));
		const {stdout, stderr, exitCode} = await shop.run('job', 'run', 'tidy');
		expect({stdout, exitCode}).toEqual({stdout: '', exitCode: 1});
		expect(stderr).toMatchInlineSnapshot(`
			"Error: The restore of backup rbak_1 into volume tidy.work did not finish.
			  compartment resource backup restore --resource tidy.work --backup rbak_1 --yes, or compartment resource backup restore --resource tidy.work --backup rbak_2 --yes   # as it was before
			"
		`);
		for (const command of ['start', 'restart', 'apply']) {
			const blocked = await shop.run(command, '--auto-approve');
			expect(blocked.exitCode).toBe(1);
			expect(blocked.stdout.replace(/\s+/g, ' ')).toContain('into volume web.uploads did not finish');
		}
		expect(await shop.text('status')).toContain('restore-incomplete');
	});

	it('plans a change of its schedule, which needs no new deployment', async () => {
		shop.write('compartment.yml', descriptor(daily.replace('daily', 'hourly')));
		expect(await shop.text('plan')).toMatchInlineSnapshot(`
			"compartment plan · shop › production
			Brings production in line with compartment.yml.

			  ~ update

			  ~ volume.web.uploads  will be updated in place: backup.schedule.interval
			                        changed
			      ~ backup.schedule.interval  "daily" → "hourly"

			Warning: Nothing runs the schedule of web.uploads (backup, hourly). Register the
			         project with compartment agent add, and start compartment agent run. Or
			         let cron make the backups, with this line for crontab -e:
			  * * * * * cd FOLDER && compartment resource backup run-due

			8 unchanged
			Plan: 0 to create, 1 to update, 0 to replace, 0 to delete.
			"
		`);
	});
});
