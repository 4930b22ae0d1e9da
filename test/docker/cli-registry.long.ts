import {chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test} from 'vitest';
import {type Registry, startRegistry} from '../support/registry.ts';
import {openTerminal} from '../terminal/terminal.ts';
import {expectError, filesBelow, type Outcome, withSandbox, words} from './cli.ts';
import {smallImage, tarOf, uniqueName, withEngine} from './helpers.ts';
import {straightDocker} from './straight.ts';

// Everything that a user sees of a registry that asks for a password.

const {engine, labels} = withEngine();
const sandbox = withSandbox();
let registry: Registry;
/** Of a program that idles. */
let image: string;
let secret: string;

/** A new image: no other test has it. */
const build = async (): Promise<string> => {
	const lines = [`FROM ${smallImage}`, `LABEL mark=${uniqueName()}`, 'CMD ["sleep", "1d"]'];
	const context = tarOf({Dockerfile: lines.join('\n')});
	const request = {context, dockerfile: 'Dockerfile', reference: `${uniqueName('pushed')}:1`, labels, args: {}};
	return (await engine.buildImage(request, () => undefined)).id;
};

beforeAll(async () => {
	registry = await startRegistry();
	secret = registry.password;
	image = await registry.push(await build(), 'team/app:1');
}, 300_000);
afterAll(() => registry?.stop());

const home = () => join(sandbox.folder, '..');
const configFile = () => join(home(), '.docker/config.json');
const config = () => JSON.parse(readFileSync(configFile(), 'utf8'));
const configure = (content: unknown) => {
	mkdirSync(join(home(), '.docker'), {recursive: true});
	writeFileSync(configFile(), typeof content === 'string' ? content : JSON.stringify(content));
};
const forget = async (...references: readonly string[]) => {
	for (const reference of references) await engine.removeImage(reference);
};

const printed: string[] = [];
const run = async (args: readonly string[], options?: Parameters<typeof sandbox.run>[1]): Promise<Outcome> => {
	const outcome = await sandbox.run(args, options);
	printed.push(outcome.stdout, outcome.stderr);
	return outcome;
};
const login = (password = registry.password, ...more: readonly string[]) =>
	run(['registry', 'login', registry.host, '--username', registry.user, '--password-stdin', ...more], {
		input: `${password}\n`,
	});
const wayIn = () => `compartment registry login ${registry.host}`;
const worker = (reference = image) => ({kind: 'worker', image: reference});

beforeEach(() => sandbox.describe({services: {app: worker()}}));
afterEach(async () => {
	registry.interfere(null);
	if (existsSync(configFile())) rmSync(configFile());
	await sandbox.run(['destroy', '--auto-approve']);
	await forget(image);
});

/** Fails if the secret is in an output, in a file of the project, or in what the engine shows of a container. */
async function expectNoSecret(): Promise<void> {
	const forms = [secret, Buffer.from(`${registry.user}:${secret}`).toString('base64')];
	const files = filesBelow(sandbox.folder).map(path => readFileSync(path, 'latin1'));
	expect(files.length).toBeGreaterThan(1);
	const containers = JSON.stringify(await sandbox.observe());
	const places = [...printed, ...files, containers].filter(text =>
		forms.some(form => text.includes(form) || text.includes(Buffer.from(form).toString('latin1'))),
	);
	expect(places).toEqual([]);
}

describe('registry login', () => {
	test('stores a password that the registry accepts as docker does, and keeps the rest of the file', async () => {
		configure(
			'{"HttpHeaders": {"X-A": "b"}, "big": 12345678901234567890, "auths": {"other.example": {"auth": "dTpw"}}}',
		);
		const outcome = await login();
		expect(outcome).toMatchObject({exitCode: 0, stderr: ''});
		expect(outcome.stdout).toContain(`Logged in to ${registry.host} as deploy.\n`);
		expect(outcome.stdout).toContain(`${configFile()}, readable by you alone, but not encrypted`);
		const auth = Buffer.from(`deploy:${secret}`).toString('base64');
		expect(config().auths).toEqual({'other.example': {auth: 'dTpw'}, [registry.host]: {auth}});
		expect(config().HttpHeaders).toEqual({'X-A': 'b'});
		expect(readFileSync(configFile(), 'utf8')).toContain('"big": 12345678901234567890');
		expect(statSync(configFile()).mode & 0o777).toBe(0o600);

		const listed = await run(['registry', 'list']);
		expect(listed.stdout).toMatch(new RegExp(`^${registry.host} +deploy +${configFile()}$`, 'm'));
		expect(listed.stdout).toMatch(/^other\.example +u +/m);
		expect((await run(['registry', 'logout', registry.host])).stdout).toBe(`Logged out of ${registry.host}.\n`);
		expect(config().auths).toEqual({'other.example': {auth: 'dTpw'}});
		expect((await run(['registry', 'logout', registry.host])).stdout).toContain('You were not logged in');
	});

	test('stores nothing that the registry refuses, and says which of both is wrong', async () => {
		expectError(
			await login('wrong'),
			`cannot log in to ${registry.host}: registry ${registry.host} refused the credentials of deploy`,
		);
		registry.interfere(() => 'cut');
		expectError(await login(), `registry ${registry.host} does not answer`);
		registry.interfere(() => ({status: 503}));
		expectError(await login(), `registry ${registry.host} failed`);
		expect(existsSync(configFile())).toBe(false);
	});

	test('asks for user and password in a terminal, and does not show the password', async () => {
		const open = () =>
			openTerminal(process.execPath, [inject('cli'), 'registry', 'login', registry.host], {
				cwd: sandbox.folder,
				env: sandbox.env,
			});
		{
			using terminal = open();
			await terminal.waitFor(`User of ${registry.host}: `, 20_000);
			terminal.press('deploy\r');
			await terminal.waitFor('Password: ', 20_000);
			terminal.press(`${secret}\r`);
			expect(await terminal.ended).toMatchObject({exitCode: 0});
			expect(terminal.written()).not.toContain(secret);
			expect(terminal.scrollback()).toContain(`Logged in to ${registry.host} as deploy.`);
		}
		rmSync(configFile());
		using terminal = open();
		await terminal.waitFor('User of', 20_000);
		terminal.press('\u0003');
		expect(await terminal.ended).toMatchObject({exitCode: 130});
		expect(existsSync(configFile())).toBe(false);
	});

	test('prints no password as JSON either', async () => {
		const outcome = await login(secret, '--json');
		expect(JSON.parse(outcome.stdout)).toEqual({
			registry: {host: registry.host, user: 'deploy', store: {type: 'file', path: configFile()}},
		});
		await run(['registry', 'list', '--json']);
	});
});

describe('an image', () => {
	test('of a private registry is planned with its digest, pulled and run', async () => {
		expect(await login()).toMatchObject({exitCode: 0});
		const plan = await run(['plan', '--out', 'next.plan']);
		expect(plan.stdout).toContain(`(will be pulled: ${image}@sha256:`);
		expect(plan.stdout).not.toContain('Warning');
		const shown = await run(['plan', '--json']);
		expect(shown.stdout).toMatch(/team\/app:1@sha256:[0-9a-f]{12}"/);
		expect(await run(['apply', 'next.plan'])).toMatchObject({exitCode: 0});
		await sandbox.running('service.app');
		await sandbox.expectNoChanges();
		await expectNoSecret();
	});

	test('that is another one than a saved plan showed is not pulled', async () => {
		await login();
		const moving = await registry.push(await build(), 'team/moving:1');
		sandbox.describe({services: {app: worker(moving)}});
		expect(await run(['plan', '--out', 'next.plan'])).toMatchObject({exitCode: 0});
		await registry.push(await build(), 'team/moving:1');
		expectError(await run(['apply', 'next.plan']), `image ${moving} changed`);
		expect(await engine.findImage(moving)).toBeUndefined();
	});

	test('without credentials: the plan warns, the apply fails, and both name the way in', async () => {
		const plan = await run(['plan']);
		expect(plan.exitCode).toBe(0);
		expect(words(plan.stdout)).toContain(
			`Warning: cannot look up image ${image}: registry ${registry.host} asks for credentials, and none are stored: `,
		);
		expect(plan.stdout).toContain(`\n  ${wayIn()}\n`);
		const apply = await run(['apply', '--auto-approve']);
		expect(apply.exitCode).toBe(1);
		expect(words(apply.stdout)).toContain(
			`cannot pull image ${image}: registry ${registry.host} asks for credentials, and none are stored: `,
		);
		expect(apply.stdout.split(wayIn())).toHaveLength(3);
	});

	test('with credentials that the registry does not accept any more', async () => {
		configure({auths: {[registry.host]: {auth: Buffer.from('deploy:outdated').toString('base64')}}});
		const apply = await run(['apply', '--auto-approve']);
		expect(words(apply.stdout)).toContain(
			`cannot pull image ${image}: registry ${registry.host} refused the credentials of deploy: `,
		);
		expect(apply.stdout).toContain(wayIn());
		expect(apply.stdout).not.toContain('outdated');
	});

	test('that does not exist is told apart, and no login is suggested', async () => {
		await login();
		sandbox.describe({services: {app: worker(`${registry.host}/team/app:2`)}});
		const apply = await run(['apply', '--auto-approve']);
		expect(words(apply.stdout)).toContain(`registry ${registry.host} has no such image: `);
		expect(apply.stdout).not.toContain(wayIn());
	});

	test.each([
		[
			'limits requests',
			{status: 429, body: '{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}'},
			'limits how often it may be asked',
		],
		['fails', {status: 500}, 'failed'],
		['cuts connections', 'cut', 'does not answer'],
	] as const)('of a registry that %s', async (_name, interference, message) => {
		await login();
		registry.interfere(() => interference);
		const apply = await run(['apply', '--auto-approve']);
		expect(apply.exitCode).toBe(1);
		expect(words(apply.stdout)).toContain(`cannot pull image ${image}: registry ${registry.host} ${message}: `);
	});

	test('of a registry that says nothing delays a plan by a few seconds', async () => {
		registry.interfere(() => 'silence');
		const plan = await run(['plan']);
		expect(plan.exitCode).toBe(0);
		expect(words(plan.stdout)).toContain(`registry ${registry.host} does not answer: timeout after 5 s`);
		expect(plan.durationMs).toBeLessThan(15_000);
	});

	test('of a resource needs the credentials too', async () => {
		const idle = {...worker(smallImage), run: {command: 'sleep 1d'}};
		sandbox.describe({services: {idle}, resources: {box: {image}}});
		expect(words((await run(['plan'])).stdout)).toContain(`registry ${registry.host} asks for credentials`);
		await login();
		expect((await run(['plan'])).stdout).not.toContain('Warning');
		const apply = await run(['apply', '--auto-approve']);
		expect(apply, apply.stdout).toMatchObject({exitCode: 0});
		await sandbox.running('resource.box');
	});
});

describe('a build on a private image', () => {
	beforeEach(async () => {
		sandbox.write({
			'app/Dockerfile': `FROM ${image}\nCOPY --from=${image} /etc/hostname /copied\nCOPY mark /mark\n`,
			'app/mark': uniqueName(),
		});
		sandbox.describe({services: {app: {kind: 'worker', path: './app'}}});
	});

	test('gets it with the credentials', async () => {
		await login();
		expect(await run(['apply', '--auto-approve'])).toMatchObject({exitCode: 0});
		await sandbox.running('service.app');
		await expectNoSecret();
	});

	test('names the line, the registry and the way in without', async () => {
		const apply = await run(['apply', '--auto-approve']);
		expect(apply.exitCode).toBe(1);
		expect(words(apply.stdout)).toContain(
			`app/Dockerfile:1: base image "${image}" is not on the engine and could not be pulled: cannot pull image ${image}: registry ${registry.host} asks for credentials, and none are stored: `,
		);
		expect(apply.stdout).toContain(wayIn());
	});
});

describe('a build that BuildKit pulls for', () => {
	const mark = uniqueName();
	/** A private image with one file, for a platform that this engine does not have. */
	let foreign: string;

	beforeAll(async () => {
		const architecture = process.arch === 'x64' ? 'arm64' : 'amd64';
		const tag = `${uniqueName('foreign')}:1`;
		const context = tarOf({Dockerfile: 'FROM scratch\nCOPY mark /mark\n', mark});
		const docker = straightDocker();
		const answer = await docker.buildImage(context, {t: tag, platform: `linux/${architecture}`, version: '2'});
		await new Promise(resolve => docker.modem.followProgress(answer, resolve));
		foreign = await registry.push((await engine.findImage(tag))!.id, 'team/foreign:1');
		await engine.removeImage(tag);
		const from = `FROM --platform=linux/${architecture} ${foreign} AS other`;
		sandbox.write({
			'app/Dockerfile': `${from}\nFROM ${smallImage}\nCOPY --from=other /mark /mark\nCMD ["sleep", "1d"]\n`,
		});
	});
	beforeEach(() => sandbox.describe({services: {app: {kind: 'worker', path: './app'}}}));

	test('gets a base image for another platform with the credentials', async () => {
		await login();
		const apply = await run(['apply', '--auto-approve']);
		expect(apply, apply.stdout).toMatchObject({exitCode: 0});
		const {stdout} = await run(['exec', 'app', '--', 'cat', '/mark']);
		expect(stdout).toBe(mark);
		await expectNoSecret();
	});

	test('names the registry and the way in without', async () => {
		sandbox.write({'app/other': uniqueName()});
		const apply = await run(['apply', '--auto-approve', '--rebuild']);
		expect(apply.exitCode).toBe(1);
		expect(words(apply.stdout)).toContain(`registry ${registry.host} asks for credentials, and none are stored: `);
		expect(apply.stdout).toContain(wayIn());
	});

	test('gives its frontend the credentials, and names it when they are missing', async () => {
		const frontend = await registry.push(await build(), 'team/frontend:1');
		await engine.removeImage(frontend);
		const before = registry.asked.length;
		sandbox.write({'app/Dockerfile': `# syntax=${frontend}\nFROM ${smallImage}\n`});
		const refused = await run(['apply', '--auto-approve']);
		expect(words(refused.stdout)).toContain(`registry ${registry.host} asks for credentials`);
		await login();
		// It is no frontend: BuildKit has it, starts it, and gets no answer.
		const apply = await run(['apply', '--auto-approve']);
		expect(apply.exitCode).toBe(1);
		expect(apply.stdout).not.toContain('asks for credentials');
		expect(registry.asked.slice(before)).toContainEqual(expect.stringMatching(/^GET \/v2\/team\/frontend\/blobs\//));
	});
});

describe('a credential helper', () => {
	const bin = () => join(home(), 'bin');
	const calls = () => readFileSync(join(home(), 'calls'), 'utf8');
	const path = () => ({env: {PATH: `${bin()}:${process.env['PATH']}`, HELPER_HOME: home()}});
	/** Keeps one secret in a file, and notes how it was called. */
	const program = `#!/bin/sh
echo "$0 $*" >>"$HELPER_HOME/calls"
case $1 in
store) cat >"$HELPER_HOME/kept" ;;
get)
	read -r key
	grep -qF "\\"$key\\"" "$HELPER_HOME/kept" 2>/dev/null && exec cat "$HELPER_HOME/kept"
	echo 'credentials not found in native keychain'
	exit 1
	;;
erase) cat >/dev/null; rm "$HELPER_HOME/kept" ;;
list) echo "{\\"https://index.docker.io/v1/\\": \\"someone\\"}" ;;
esac
`;
	beforeEach(() => {
		mkdirSync(bin(), {recursive: true});
		writeFileSync(join(bin(), 'docker-credential-lab'), program);
		chmodSync(join(bin(), 'docker-credential-lab'), 0o755);
		rmSync(join(home(), 'kept'), {force: true});
		configure({credsStore: 'absent', credHelpers: {[registry.host]: 'lab'}});
	});

	test('stores, finds and removes what opens the registry', async () => {
		const input = {...path(), input: secret};
		const words = ['registry', 'login', registry.host, '--username', 'deploy', '--password-stdin'];
		const outcome = await run(words, input);
		expect(outcome).toMatchObject({exitCode: 0, stderr: ''});
		expect(outcome.stdout).toContain('docker-credential-lab stores the password.');
		expect(JSON.parse(readFileSync(join(home(), 'kept'), 'utf8'))).toEqual({
			ServerURL: registry.host,
			Username: 'deploy',
			Secret: secret,
		});
		expect(config()).toEqual({
			credsStore: 'absent',
			credHelpers: {[registry.host]: 'lab'},
			auths: {[registry.host]: {}},
		});

		expect(await run(['apply', '--auto-approve'], path())).toMatchObject({exitCode: 0});
		await sandbox.running('service.app');
		const list = await run(['registry', 'list'], path());
		expect(list.stdout).toMatch(new RegExp(`^${registry.host} +deploy +docker-credential-lab$`, 'm'));
		expect(list.stderr).toContain('docker-credential-absent is not on the PATH');
		expect((await run(['registry', 'logout', registry.host], path())).stdout).toContain('Logged out');
		expect(existsSync(join(home(), 'kept'))).toBe(false);
		expect(config().auths).toEqual({});
		expect(calls()).not.toContain(secret);
		expect(calls()).toMatch(/docker-credential-lab store\n/);
		await expectNoSecret();
	});

	test('that is missing matters only once a registry refuses', async () => {
		const apply = await run(['apply', '--auto-approve']);
		expect(apply.exitCode).toBe(1);
		expect(words(apply.stdout)).toContain(
			`registry ${registry.host} asks for credentials, and they cannot be read: the credential helper docker-credential-lab is not on the PATH: `,
		);
		sandbox.describe({services: {app: worker(smallImage)}});
		expect((await run(['plan'])).stdout).not.toContain('docker-credential');
	});
});
