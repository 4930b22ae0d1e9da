import {execFile} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {makeTestAuthority} from '../certificates/make.ts';
import {openInChromium} from '../support/chromium.ts';
import {withSandbox} from './cli.ts';
import {publicService} from './cli-server.ts';
import {openCli} from './cli-terminal.ts';
import {isLeftOut} from './local-engine-only.ts';

const run = promisify(execFile);
const authority = makeTestAuthority();
afterAll(authority.close);

// Other test files may have the same host otherwise, on the same engine.
const domain = `${randomBytes(4).toString('hex')}.example.com`;

const sandbox = withSandbox(opened => {
	opened.addService('web');
	opened.addService('shop');
	opened.describe({
		services: {
			web: publicService('web', {accessMode: 'authenticated'}),
			shop: {...publicService('shop'), domain},
		},
	});
});

/** Status and headers of a request as curl, which trusts one authority alone, gets it. */
async function curl(caFile: string, url: string, ...args: string[]): Promise<string> {
	const {hostname, port} = new URL(url);
	const reach = ['--cacert', caFile, '--resolve', `${hostname}:${port}:127.0.0.1`];
	const {stdout} = await run('curl', ['-sS', '-D', '-', '-o', '/dev/null', ...reach, ...args, url]);
	return stdout;
}

const secureUrl = (host: string) => `https://${host}:${sandbox.router.tlsPort}/`;
const plainUrl = (host: string) => `http://${host}:${sandbox.router.port}/`;

let localAuthority: string;
let shopAuthority: string;

beforeAll(async () => {
	shopAuthority = join(sandbox.folder, '..', 'root.pem');
	writeFileSync(shopAuthority, authority.root);
	localAuthority = (JSON.parse(await sandbox.succeed(['domain', 'trust', '--json'])) as {certificate: string})
		.certificate;
	await sandbox.succeed(['apply', '--auto-approve']);
}, 120_000);

test('hosts without a certificate are served with http, and say so', async () => {
	const status = await sandbox.succeed(['status']);
	expect(status).toContain(`http://${sandbox.host()}:${sandbox.router.port}`);
	expect(status).not.toContain('https://');
	expect(await sandbox.succeed(['domain', 'list'])).toMatch(
		new RegExp(`${domain.replaceAll('.', '\\.')}\\s+shop\\s+http only`),
	);
});

test('an apply installs certificates of files and of the local authority without another container of the router', async () => {
	const before = (await sandbox.engine.inspectContainer(sandbox.router.name))!;
	const {chain, key} = authority.make({names: [domain]});
	sandbox.write({'full.pem': chain + authority.root, 'key.pem': key});
	await sandbox.succeed(['domain', 'add', domain, '--cert', 'full.pem', '--key', 'key.pem']);
	await sandbox.succeed(['domain', 'add', sandbox.host()]);
	const applied = await sandbox.succeed(['apply', '--auto-approve']);
	expect(applied).toContain(`https://${domain}:${sandbox.router.tlsPort}`);
	const after = (await sandbox.engine.inspectContainer(sandbox.router.name))!;
	expect([after.id, after.startedAt]).toEqual([before.id, before.startedAt]);
	expect(await curl(shopAuthority, secureUrl(domain))).toMatch(/^HTTP\/2 200/);
	expect(await curl(localAuthority, secureUrl(sandbox.host()))).toMatch(/^HTTP\/2 401/);
	await expect(curl(shopAuthority, secureUrl(sandbox.host()))).rejects.toThrow(
		/unable to get local issuer|self-signed/,
	);
	expect(await curl(shopAuthority, plainUrl(domain))).toMatch(
		new RegExp(`^HTTP/1.1 308[^]*location: ${secureUrl(domain)}`, 'i'),
	);
	await sandbox.expectNoChanges();
}, 90_000);

/** What `open web` prints in a terminal. */
async function readSignInLink(): Promise<string> {
	using terminal = openCli(sandbox, ['open', 'web'], {
		columns: 200,
		rows: 40,
		env: {DISPLAY: undefined, WAYLAND_DISPLAY: undefined},
	});
	await terminal.ended;
	return /https:\/\/compartment:\S+/.exec(terminal.scrollback())![0];
}

test.skipIf(isLeftOut('cli-https: open waits'))('sign-in links and open follow the scheme', async () => {
	const {username, password} = new URL(await readSignInLink());
	const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
	expect(await curl(localAuthority, secureUrl(sandbox.host()), '--user', user)).toMatch(/^HTTP\/2 200/);
	expect(await sandbox.succeed(['status'])).toContain(`https://${sandbox.host()}:${sandbox.router.tlsPort}`);
});

test.skipIf(isLeftOut('cli-https: open waits'))(
	'Chromium opens the link without a warning when it trusts the local authority as domain trust says',
	async () => {
		const link = await readSignInLink();
		const {steps} = JSON.parse(await sandbox.succeed(['domain', 'trust', '--json'])) as {
			steps: readonly {system: string; lines: readonly string[]}[];
		};
		const {lines: commands} = steps.find(({system}) => system.startsWith('Chrome and Chromium on Linux'))!;
		const files = {[localAuthority]: readFileSync(localAuthority, 'utf8')};
		const before = await openInChromium(link, {files});
		// It shows a warning in place of the page; whether its log has the reason depends on how fast it ends.
		expect(before.page).not.toContain('web v1');
		const after = await openInChromium(link, {files, commands});
		expect(after.page).toContain('web v1');
		expect(after.log).not.toContain('net_error');
	},
	300_000,
);

test('hstsSeconds reaches hosts of public authorities alone, with the next apply', async () => {
	await sandbox.succeed(['settings', 'set', 'hstsSeconds', '86400']);
	const applied = await sandbox.succeed(['apply', '--auto-approve']);
	expect(applied).toContain(`certificate.${domain}`);
	expect(await curl(shopAuthority, secureUrl(domain))).toMatch(/^strict-transport-security: max-age=86400\r?$/im);
	expect(await curl(localAuthority, secureUrl(sandbox.host()))).not.toMatch(/strict-transport-security/i);
	await sandbox.expectNoChanges();
}, 60_000);

test.skipIf(isLeftOut('cli-https: lost volume'))(
	'a new router gets the certificates, from its volume or again from the state',
	async () => {
		await run('docker', ['rm', '-f', sandbox.router.name]);
		await sandbox.succeed(['apply', '--auto-approve']);
		expect(await curl(shopAuthority, secureUrl(domain))).toMatch(/^HTTP\/2 200/);
		await run('docker', ['rm', '-f', sandbox.router.name]);
		await run('docker', ['volume', 'rm', sandbox.router.name]);
		await sandbox.succeed(['apply', '--auto-approve']);
		expect(await curl(shopAuthority, secureUrl(domain))).toMatch(/^HTTP\/2 200/);
		await sandbox.expectNoChanges();
	},
	90_000,
);

test('a removed certificate is gone after the next apply', async () => {
	await sandbox.succeed(['domain', 'remove', domain]);
	await sandbox.succeed(['apply', '--auto-approve']);
	await expect(curl(shopAuthority, secureUrl(domain))).rejects.toThrow();
	expect(await curl(shopAuthority, plainUrl(domain))).toMatch(/^HTTP\/1.1 200/);
	await sandbox.expectNoChanges();
}, 60_000);

test('destroy leaves no key in a router that other environments use', async () => {
	sandbox.describe({services: {web: publicService('web', {accessMode: 'authenticated'})}});
	await sandbox.succeed(['apply', '--env', 'staging', '--auto-approve']);
	const inRouter = async () =>
		(await run('docker', ['exec', '-u', '0', sandbox.router.name, 'ls', '/var/lib/compartment/certificates'])).stdout;
	expect(await inRouter()).toContain(`${sandbox.host()}.pem`);
	await sandbox.succeed(['destroy', '--auto-approve']);
	expect(await inRouter()).not.toContain('.pem');
}, 90_000);
