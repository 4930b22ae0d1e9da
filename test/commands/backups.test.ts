import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {type FakeSsh, makeFakeSsh} from '../support/fake-ssh.ts';
import {leavesNothingUntested} from './proofs.ts';
import {openShop, type Shop} from './shop.ts';

let shop: Shop;
let ssh: FakeSsh;
const path = process.env['PATH']!;

beforeEach(async () => {
	shop = await openShop();
	ssh = makeFakeSsh();
	// Each command line undoes what is stubbed.
	process.env['PATH'] = ssh.PATH;
	delete process.env['AWS_ACCESS_KEY_ID'];
});

afterEach(() => {
	process.env['PATH'] = path;
	ssh.close();
	shop.close();
});

const settingsFile = () => join(process.env['COMPARTMENT_CONFIG_HOME']!, 'settings.json');
const url = 'ssh://backup@nas.example.com/~/backups';
const add = ['backup', 'store', 'add', 'nas', url] as const;

/** Writes a store that cannot be reached. */
function addBucket(): void {
	const key = {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'canary-of-the-secret'};
	const offsite = {url: 's3://acme-backups/shop', endpoint: 'http://127.0.0.1:1', region: 'eu-central-1', ...key};
	writeFileSync(settingsFile(), JSON.stringify({backupStores: {offsite}}));
}

describe('backup store add', () => {
	it('adds a store that can be used', async () => {
		expect(await shop.text(...add)).toBe(`Added store nas: ${url}\n`);
		expect(JSON.parse(readFileSync(settingsFile(), 'utf8'))).toMatchObject({backupStores: {nas: {url}}});
		expect(await shop.failure(...add)).toBe(
			`Error: Store nas exists already: ${url}\n  Remove it first: compartment backup store remove nas\n`,
		);
		expect(await shop.json('backup', 'store', 'add', 'other', url)).toEqual({name: 'other', store: {url}});
	});

	it('adds none that cannot be used', async () => {
		ssh.fail({exitCode: 255, text: 'ssh: connect to host nas.example.com port 22: Connection refused'});
		expect(await shop.failure(...add)).toMatch(
			/^Error: Backup store nas cannot be reached: write compartment-check\/\w+: ssh: connect to host nas\.example\.com port 22: Connection refused\n {2}Compartment never answers questions of ssh\. Connect once by hand, .*: ssh backup@nas\.example\.com\n$/,
		);
		expect(await shop.text('backup', 'store', 'list')).toBe('No stores of backups.\n');
	});

	it.each([
		[
			['nas', 'ftp://nas/srv'],
			/^Error: The URL of a store must be s3:\/\/BUCKET\/PREFIX or .* \(it is "ftp:\/\/nas\/srv"\)\n/,
		],
		[['No Name', url], /^Error: Store name "No Name" is invalid\.\n/],
		[['nas', url, '--region', 'eu-central-1'], /^Error: Store nas is opened with ssh, which takes its keys/],
		[
			['nas', 's3://acme-backups', '--stdin'],
			/^Error: --stdin reads the secret of an access key\.\n {2}Add --access-key ID\.\n/,
		],
		[
			['nas', 's3://acme-backups', '--access-key', 'AKIA'],
			/^Error: Missing secret access key\.\n {2}Use --stdin, or run/,
		],
		[
			['nas', 's3://acme-backups', '--endpoint', 's3.example.com'],
			/^Error: Store nas needs another endpoint: it must be an http/,
		],
		[['nas', 's3://acme-backups'], /^Error: No credentials for backup store nas\.\n {2}Set AWS_ACCESS_KEY_ID and/],
	])('refuses %j', async (words, text) => {
		expect(await shop.failure('backup', 'store', 'add', ...words)).toMatch(text);
	});

	it('never quotes a secret that is refused', async () => {
		const {stderr, exitCode} = await shop.feed(
			'canary with spaces\n',
			...['backup', 'store', 'add', 'nas', 's3://acme-backups', '--access-key', 'AKIA', '--stdin'],
		);
		expect(exitCode).toBe(1);
		expect(stderr).toMatch(/^Error: Store nas needs another secretAccessKey: it must be/);
		expect(stderr).not.toContain('canary');
	});
});

describe('backup store list', () => {
	it('lists the stores without their secrets', async () => {
		addBucket();
		expect(await shop.text('backup', 'store', 'list')).toMatchInlineSnapshot(`
			"offsite	s3://acme-backups/shop
			"
		`);
		expect(await shop.json('backup', 'store', 'list')).toEqual({
			stores: [
				{
					...{name: 'offsite', url: 's3://acme-backups/shop', endpoint: 'http://127.0.0.1:1', region: 'eu-central-1'},
					...{accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: '(hidden)'},
				},
			],
		});
	});

	it('names what is wrong with the settings', async () => {
		writeFileSync(settingsFile(), JSON.stringify({backupStores: {offsite: {url: 's3://acme', token: 'canary'}}}));
		const text = await shop.failure('backup', 'store', 'list');
		expect(text).toContain('backupStores: store offsite has an unknown field; it can have url, endpoint,');
		expect(text).not.toContain('canary');
	});
});

describe('backup store show', () => {
	it('says that a store can be used', async () => {
		await shop.text(...add);
		expect(await shop.text('backup', 'store', 'show', 'nas')).toMatchInlineSnapshot(`
			"Store:      nas
			URL:        ssh://backup@nas.example.com/~/backups
			Usable:     yes: it can be written, read and listed
			"
		`);
		expect(await shop.json('backup', 'store', 'show', 'nas')).toEqual({
			...{name: 'nas', store: {url}, isUsable: true, failure: null, problem: null},
		});
	});

	it('says why it cannot, and exits with 1', async () => {
		addBucket();
		const {stdout, stderr, exitCode} = await shop.run('backup', 'store', 'show', 'offsite');
		expect({stderr, exitCode}).toEqual({stderr: '', exitCode: 1});
		expect(stdout).toMatch(
			/^Access key: AKIAIOSFODNN7EXAMPLE\nUsable: {5}no: Backup store offsite cannot be reached: .*ECONNREFUSED/m,
		);
		expect(stdout).not.toContain('canary');
		expect(await shop.failure('backup', 'store', 'show', 'ofsite')).toMatchInlineSnapshot(`
			"Error: There is no backup store "ofsite" in the settings of this machine, did you mean offsite?
			  There are: offsite. Add it: compartment backup store add ofsite s3://BUCKET/PREFIX
			"
		`);
	});
});

describe('backup store remove', () => {
	it('forgets a store, and leaves what is in it', async () => {
		await shop.text(...add);
		mkdirSync(join(ssh.home, 'backups'), {recursive: true});
		writeFileSync(join(ssh.home, 'backups/kept'), '');
		expect(await shop.text('backup', 'store', 'remove', 'nas')).toBe(
			`Removed store nas. What is in ${url} stays there.\n`,
		);
		expect(readFileSync(join(ssh.home, 'backups/kept'), 'utf8')).toBe('');
		expect(JSON.parse(readFileSync(settingsFile(), 'utf8'))).not.toHaveProperty('backupStores');
		expect(await shop.failure('backup', 'store', 'remove', 'nas')).toMatch(
			/^Error: There is no backup store "nas" in the settings of this machine\n {2}Add it: compartment backup store add nas/,
		);
		await shop.text(...add);
		expect(await shop.json('backup', 'store', 'remove', 'nas')).toEqual({name: 'nas', url, success: true});
	});
});

describe('resource backup list --store', () => {
	it('needs no environment', async () => {
		await shop.text(...add);
		expect(await shop.text('resource', 'backup', 'list', '--store', 'nas')).toBe('No backups found in store nas.\n');
		expect(await shop.json('resource', 'backup', 'list', '--store', 'nas', '--resource', 'db')).toMatchObject({
			...{project: {name: 'shop'}, environment: {name: 'production'}, store: 'nas', backups: []},
		});
		expect(await shop.failure('resource', 'backup', 'list')).toMatchInlineSnapshot(`
			"Error: The list needs --resource, or --store for all backups in a store.
			  compartment resource backup list --resource NAME, or compartment resource backup list --store NAME
			"
		`);
	});

	it('refuses a store that this machine does not know before it does anything', async () => {
		await shop.deploy();
		const text = /There is no backup store "nas" in the settings of this machine/;
		for (const words of [
			['create', '--resource', 'db'],
			['list'],
			['restore', '--resource', 'db', '--backup', 'rbak_1m7vmrwya78dkb0', '--yes'],
			['restore', '--as', 'copy', '--backup', 'rbak_1m7vmrwya78dkb0'],
		])
			expect(await shop.failure('resource', 'backup', ...words, '--store', 'nas')).toMatch(text);
	});
});

leavesNothingUntested('backups');
