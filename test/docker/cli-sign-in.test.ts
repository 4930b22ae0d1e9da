import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, expect, test} from 'vitest';
import {signInUrl} from '../../source/state/urls.ts';
import {filesBelow, withSandbox} from './cli.ts';
import {publicService} from './cli-server.ts';
import {openCli} from './cli-terminal.ts';
import {isLeftOut} from './local-engine-only.ts';

const sandbox = withSandbox(opened => {
	opened.addService('web');
	opened.addService('shop');
	opened.describe({services: {web: publicService('web', {accessMode: 'authenticated'}), shop: publicService('shop')}});
});

/** A command in a terminal that is wide enough for a link. */
const open = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
	openCli(sandbox, args, {
		columns: 200,
		rows: 40,
		env: {DISPLAY: undefined, WAYLAND_DISPLAY: undefined, ...env},
	});

/** A command's output on the main screen, after answering yes if it asks. */
async function show(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string> {
	using terminal = open(args, env);
	expect(await terminal.ended).toMatchObject({exitCode: 0});
	return terminal.scrollback();
}

const linkIn = (text: string): URL | undefined => {
	const found = /http:\/\/compartment:[^@\s]+@\S+\/(?=\s|$)/m.exec(text)?.[0];
	return found === undefined ? undefined : new URL(found);
};

/** Opens a link like a browser: connects to this machine and sends user and password in a header. */
const visit = ({hostname, username, password}: URL) =>
	sandbox.ask('/', {
		headers: {
			authorization: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`,
			host: hostname,
		},
	});

type Row = [name: string, args: string[], env?: Record<string, string>];

const withoutLeftOut = (rows: readonly Row[]): readonly Row[] =>
	rows.filter(([, [name]]) => name !== 'open' || !isLeftOut('cli-sign-in: open'));

let link: URL;

beforeAll(async () => {
	const transcript = await show(['apply', '--auto-approve']);
	link = linkIn(transcript)!;
	expect(transcript).toMatch(/^web active at http:\/\/compartment:\S+ \(sign-in link\)$/m);
	expect(transcript).toMatch(/^shop active at http:\/\/shop-[^@]+$/m);
	expect(transcript).not.toContain('compartment access show');
}, 90_000);

test('the first apply prints a link that signs in', async () => {
	expect(link).toMatchObject({hostname: sandbox.host(), port: String(sandbox.router.port)});
	expect((await visit(link)).status).toBe(200);
	link.password = 'wrong';
	expect((await visit(link)).status).toBe(401);
});

test.each(
	withoutLeftOut([
		['open', ['open']],
		['access show', ['access', 'show']],
		['restart', ['restart', '--auto-approve']],
		['apply for a screen reader', ['apply', '--rebuild', '--auto-approve', '--accessible']],
		['rollback', ['rollback', '--service', 'web', '--auto-approve']],
	]),
)(
	'%s prints the link',
	async (_, args) => {
		const found = linkIn(await show(args));
		expect(found).toBeDefined();
		expect((await visit(found!)).status).toBe(200);
	},
	90_000,
);

test('promote prints the link', async () => {
	sandbox.setVersion('web', 'v2');
	expect(linkIn(await show(['apply', '--hold', '--auto-approve']))).toBeDefined();
	const found = linkIn(await show(['promote', '--auto-approve']));
	expect(await visit(found!)).toMatchObject({status: 200, body: 'web v2'});
}, 90_000);

test.skipIf(isLeftOut('cli-sign-in: open'))('a public service is opened without a password', async () => {
	expect((await show(['open', 'shop'])).trim()).toBe(
		`http://${sandbox.host({service: 'shop'})}:${sandbox.router.port}`,
	);
});

test.each(
	withoutLeftOut([
		['a CI run', ['apply', '--rebuild', '--auto-approve'], {CI: 'true'}],
		['--plain', ['restart', '--auto-approve', '--plain']],
		['--json', ['open', '--json']],
	]),
)(
	'with %s, whose output is kept, the command is printed instead of the link',
	async (_, args, env) => {
		const text = await show(args, env);
		expect(text).toContain('compartment access show');
		expect(linkIn(text)).toBeUndefined();
	},
	90_000,
);

test('a rotation prints the new link, and no file holds a password', async () => {
	const previous = linkIn(await show(['access', 'show']))!;
	const text = await show(['access', 'rotate']);
	const next = linkIn(text)!;
	expect(text).toMatch(/The previous password no longer signs in\.$/);
	expect([(await visit(previous)).status, (await visit(next)).status]).toEqual([401, 200]);
	for (const file of filesBelow(sandbox.folder))
		for (const {password} of [previous, next]) expect(readFileSync(file, 'latin1'), file).not.toContain(password);
	const audit = readFileSync(join(sandbox.folder, '.compartment/production/audit.ndjson'), 'utf8');
	expect(audit.match(/"access\.(shown|rotated)"/g)!.slice(-3)).toEqual([
		'"access.shown"',
		'"access.rotated"',
		'"access.shown"',
	]);
}, 90_000);

test.each([
	['rotate.after-both', 'previous'],
	['rotate.after-record', 'next'],
] as const)(
	'a rotation that is killed at %s is completed by the next command',
	async (point, valid) => {
		const previous = linkIn(await show(['access', 'show']))!;
		const killed = await sandbox.run(['access', 'rotate'], {env: {COMPARTMENT_FAILPOINT: point}});
		expect(killed.signal).toBe('SIGKILL');
		// The router still accepts both.
		expect((await visit(previous)).status).toBe(200);
		const {stdout, stderr} = await sandbox.run(['apply', '--auto-approve']);
		expect(stdout + stderr).toContain('finished an interrupted rotation of the access password');
		const recorded = linkIn(await show(['access', 'show']))!;
		expect(recorded.password === previous.password ? 'previous' : 'next').toBe(valid);
		expect((await visit(recorded)).status).toBe(200);
		expect((await visit(previous)).status).toBe(valid === 'previous' ? 200 : 401);
		const {access} = JSON.parse(readFileSync(join(sandbox.folder, '.compartment/production/state.json'), 'utf8'));
		expect(access).not.toHaveProperty('isRotating');
	},
	90_000,
);

test('an apply without an identity for the password still prints its result', async () => {
	const text = await show(['restart', '--auto-approve'], {COMPARTMENT_PASSPHRASE: 'correct horse battery staple'});
	expect(text).toMatch(/web active at http:\/\/\S+ \(password required\)/);
	expect(text).toContain('compartment access show');
}, 90_000);

test('the parts of a link are percent-encoded', () => {
	expect(signInUrl('http://a.localhost:9080', {user: 'a:b', password: 'p@s/$&w%'})).toBe(
		'http://a%3Ab:p%40s%2F%24%26w%25@a.localhost:9080/',
	);
});
