import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {explainRefusal} from '../../source/engine/registry-access.ts';
import {EngineError, hintOf} from '../../source/errors.ts';
import {leavesNothingUntested} from './proofs.ts';
import {runLine} from './run-line.ts';
import {openShop, type Shop} from './shop.ts';

let shop: Shop;
const configured = process.env['DOCKER_CONFIG'];
const folder = mkdtempSync(join(tmpdir(), 'compartment-registries-'));
const file = join(folder, 'config.json');

beforeAll(async () => {
	process.env['DOCKER_CONFIG'] = folder;
	shop = await openShop();
});
afterEach(() => rmSync(file, {force: true}));
afterAll(async () => {
	if (configured === undefined) delete process.env['DOCKER_CONFIG'];
	else process.env['DOCKER_CONFIG'] = configured;
	rmSync(folder, {recursive: true, force: true});
	await shop.close();
});

const masked = (text: string) => text.replaceAll(folder, '/docker');
const stored = () => JSON.parse(readFileSync(file, 'utf8'));
const login = (...words: readonly string[]) =>
	shop.feed('hunter2\n', 'registry', 'login', ...words, '--username', 'octocat', '--password-stdin');
const write = (content: unknown) => {
	mkdirSync(folder, {recursive: true});
	writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
};

describe('registry login', () => {
	it('stores what the registry accepts', async () => {
		const {stdout, stderr, exitCode} = await login('ghcr.io');
		expect({stderr, exitCode}).toEqual({stderr: '', exitCode: 0});
		expect(masked(stdout)).toMatchInlineSnapshot(`
			"Logged in to ghcr.io as octocat.
			The password is in /docker/config.json, readable by you alone, but not encrypted.
			"
		`);
		expect(stored()).toEqual({auths: {'ghcr.io': {auth: Buffer.from('octocat:hunter2').toString('base64')}}});
	});

	it('is for Docker Hub without a host', async () => {
		expect((await login()).stdout).toContain('Logged in to docker.io as octocat.');
		expect(Object.keys(stored().auths)).toEqual(['https://index.docker.io/v1/']);
	});

	it('prints who is logged in as JSON, and nothing secret', async () => {
		const {stdout} = await login('https://ghcr.io/v2/', '--json');
		expect(JSON.parse(stdout)).toEqual({
			registry: {host: 'ghcr.io', user: 'octocat', store: {type: 'file', path: file}},
		});
	});

	it('stores nothing that is refused', async () => {
		const refused = new EngineError('cannot log in to ghcr.io: unauthorized', {status: 401});
		const access = {credentials: {username: 'octocat'}};
		const error = (await explainRefusal(refused, {task: 'log in to ghcr.io', host: 'ghcr.io', access})) as Error;
		expect(hintOf(error)).toBeDefined();
		shop.world.engine.failNext('logIn', error);
		const {stdout, stderr, exitCode} = await login('ghcr.io');
		expect({stdout, exitCode}).toEqual({stdout: '', exitCode: 1});
		expect(stderr).toMatchInlineSnapshot(`
			"Error: cannot log in to ghcr.io: registry ghcr.io refused the credentials of octocat: unauthorized
			  Check user and password. Many registries want a token in place of the password of your account.
			"
		`);
		expect(existsSync(file)).toBe(false);
	});

	it('takes no password from the command line, and asks nobody without a terminal', async () => {
		const refusals = [
			await shop.failure('registry', 'login', 'ghcr.io'),
			await shop.failure('registry', 'login', 'ghcr.io', '--username', 'octocat'),
			await shop.failure('registry', 'login', 'ghcr.io', '--password-stdin'),
			await shop.failure('registry', 'login', 'ghcr.io', '--username', 'octocat', '--password-stdin'),
			await shop.failure('registry', 'login', 'ghcr.io', '--username', 'octo:cat', '--password-stdin'),
			await shop.failure('registry', 'login', 'not a host', '--username', 'octocat', '--password-stdin'),
		];
		expect(refusals.join('')).toMatchInlineSnapshot(`
			"Error: Missing --username.
			  printf %s "$PASSWORD" | compartment registry login ghcr.io --username NAME --password-stdin
			Error: Missing password: pass it with --password-stdin, or run from a terminal to enter it.
			  printf %s "$PASSWORD" | compartment registry login ghcr.io --username NAME --password-stdin
			Error: Missing --username.
			  printf %s "$PASSWORD" | compartment registry login ghcr.io --username NAME --password-stdin
			Error: The password is empty.
			Error: A user cannot contain a colon: octo:cat
			Error: not a host is not the host of a registry
			  Pass a host, with its port if it has one: ghcr.io, registry.example.com:5000
			"
		`);
		const {stderr, exitCode} = await shop.run('registry', 'login', 'ghcr.io', '--password', 'hunter2');
		expect(exitCode).toBe(1);
		expect(stderr).not.toContain('hunter2');
	});

	it('refuses a damaged configuration before it asks the registry', async () => {
		write('{"auths"');
		const {stderr, exitCode} = await login('ghcr.io');
		expect(exitCode).toBe(1);
		expect(masked(stderr)).toMatchInlineSnapshot(`
			"Error: /docker/config.json is not valid JSON
			  Repair it, or move it away.
			"
		`);
		expect(readFileSync(file, 'utf8')).toBe('{"auths"');
	});
});

describe('registry list', () => {
	it('says how to log in when nobody is', async () => {
		expect(await shop.text('registry', 'list')).toMatchInlineSnapshot(`
			"You are logged in to no registry. compartment registry login HOST changes that.
			"
		`);
	});

	it('shows hosts and users', async () => {
		await login('ghcr.io');
		await login();
		write({auths: {...stored().auths, 'a.example': {registrytoken: 'hunter2'}}});
		expect(masked(await shop.text('registry', 'list'))).toMatchInlineSnapshot(`
			"REGISTRY   USER     STORED
			a.example  (token)  /docker/config.json
			docker.io  octocat  /docker/config.json
			ghcr.io    octocat  /docker/config.json
			"
		`);
		const document = await shop.json('registry', 'list');
		expect(document.registries.map(({host}: {host: string}) => host)).toEqual(['a.example', 'docker.io', 'ghcr.io']);
		expect(document.problems).toEqual([]);
		expect(JSON.stringify(document)).not.toContain('hunter2');
	});

	it('warns of a helper that cannot be asked, and refuses a damaged configuration', async () => {
		write({credsStore: 'not-there'});
		const {stderr, exitCode} = await shop.run('registry', 'list');
		expect({stderr, exitCode}).toEqual({
			stderr: 'Warning: the credential helper docker-credential-not-there is not on the PATH\n',
			exitCode: 0,
		});
		write('[]');
		expect(masked(await shop.failure('registry', 'list'))).toContain('/docker/config.json holds no JSON object');
	});
});

describe('registry logout', () => {
	it('removes the credentials of one host', async () => {
		await login('ghcr.io');
		await login();
		expect(await shop.text('registry', 'logout', 'ghcr.io')).toBe('Logged out of ghcr.io.\n');
		expect(Object.keys(stored().auths)).toEqual(['https://index.docker.io/v1/']);
		expect(await shop.text('registry', 'logout', 'ghcr.io')).toBe('You were not logged in to ghcr.io.\n');
		expect(await shop.json('registry', 'logout')).toEqual({registry: {host: 'docker.io'}, wasLoggedIn: true});
		expect(stored()).toEqual({auths: {}});
	});

	it('refuses what is not a host', async () => {
		expect(await shop.failure('registry', 'logout', 'a b')).toContain('a b is not the host of a registry');
	});
});

describe('DOCKER_AUTH_CONFIG', () => {
	const auth = Buffer.from('ci:hunter2').toString('base64');
	const variable = {DOCKER_AUTH_CONFIG: JSON.stringify({auths: {'ghcr.io': {auth}}})};
	const run = (...words: readonly string[]) => runLine(shop.folder, '', words, variable);

	it('is named as where its credentials come from, and goes before the file', async () => {
		write({auths: {'ghcr.io': {auth}, 'quay.io': {auth}}});
		const {stdout, stderr} = await run('registry', 'list');
		expect(stderr).toBe('');
		expect(masked(stdout)).toMatchInlineSnapshot(`
			"REGISTRY  USER  STORED
			ghcr.io   ci    DOCKER_AUTH_CONFIG
			quay.io   ci    /docker/config.json
			"
		`);
		expect(JSON.parse((await run('registry', 'list', '--json')).stdout).registries[0]).toEqual({
			host: 'ghcr.io',
			user: 'ci',
			store: {type: 'variable', name: 'DOCKER_AUTH_CONFIG'},
		});
	});

	it('is named where it goes before what is stored, and stays after a logout', async () => {
		const words = ['registry', 'login', 'ghcr.io', '--username', 'octocat', '--password-stdin'];
		const {stdout, stderr} = await runLine(shop.folder, 'other\n', words, variable);
		expect(stdout).toContain('Logged in to ghcr.io as octocat.');
		expect(stderr).toMatchInlineSnapshot(`
			"Warning: DOCKER_AUTH_CONFIG has credentials for ghcr.io too, and they go before these.
			"
		`);
		const out = await run('registry', 'logout', 'ghcr.io');
		expect(out.stdout).toBe('Logged out of ghcr.io.\n');
		expect(out.stderr).toMatchInlineSnapshot(`
			"Warning: DOCKER_AUTH_CONFIG has credentials for ghcr.io, which are used as long as it is set.
			"
		`);
	});

	it('that cannot be read is a warning, and is not quoted', async () => {
		const broken = {DOCKER_AUTH_CONFIG: '{"auths": hunter2'};
		const {stderr, exitCode} = await runLine(shop.folder, '', ['registry', 'list'], broken);
		expect({stderr, exitCode}).toEqual({stderr: 'Warning: DOCKER_AUTH_CONFIG is not valid JSON\n', exitCode: 0});
	});
});

leavesNothingUntested('registries');
