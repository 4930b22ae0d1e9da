import {cpSync, existsSync, readFileSync, rmSync} from 'node:fs';
import {hostname} from 'node:os';
import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import {expectError, withSandbox, words} from './cli.ts';
import {publicService} from './cli-server.ts';
import {addClient, type Client} from './second-client.ts';

let colleague: Client;
let laptop: Client;

const sandbox = withSandbox(async opened => {
	opened.addService('web');
	opened.describe({services: {web: publicService('web')}});
	await opened.succeed(['environment', 'create', 'production', '--state', 'engine']);
	await opened.succeed(['apply', '--auto-approve']);
	colleague = addClient(opened, 'colleague');
	// The same person: the identity is all that is left of the first machine.
	laptop = addClient(opened, 'laptop');
	cpSync(join(dirname(opened.folder), 'config', 'identity'), join(laptop.config, 'identity'));
});

const noChanges = async ({run}: Pick<Client, 'run'>) => {
	const outcome = await run(['plan', '--detailed-exitcode']);
	expect(outcome, `${outcome.stdout}${outcome.stderr}`).toMatchObject({exitCode: 0, stderr: ''});
	expect(outcome.stdout).toMatch(/^No changes\./m);
};

test('a new clone with the identity finds the state, and plans no changes', async () => {
	await noChanges(laptop);
	expect(laptop.state().serial).toBe(sandbox.state().serial);
	laptop.cloneAgain();
	await noChanges(laptop);
	expect(words(await laptop.succeed(['status']))).toContain('web');
});

test('somebody who is no recipient is told who can let them in, and then works with it', async () => {
	const refused = await colleague.run(['plan']);
	expectError(refused, /is not trusted: it was signed on another machine/);
	expectError(await colleague.run(['state', 'trust', '--auto-approve']), /its key is not sealed for you/);
	const recipient = (await colleague.succeed(['variable', 'recipients', 'show'])).trim();
	await sandbox.succeed(['variable', 'recipients', 'add', recipient]);
	await noChanges(colleague);

	await colleague.succeed(['variable', 'set', 'TOKEN', '--sensitive', '--stdin'], {input: 'from-colleague'});
	expect(
		await sandbox.succeed([
			'variable',
			'run',
			'--env',
			'production',
			'--allow-production',
			'--',
			'sh',
			'-c',
			'echo $TOKEN',
		]),
	).toContain('from-colleague');
	await colleague.succeed(['apply', '--auto-approve']);
	await noChanges(sandbox);
	await noChanges(laptop);
});

test('the same folder in two places is no copy of another, and a lost update is impossible', async () => {
	await sandbox.succeed(['variable', 'set', 'FIRST', '1']);
	await colleague.succeed(['variable', 'set', 'SECOND', '2']);
	await laptop.succeed(['variable', 'set', 'THIRD', '3']);
	const listed = await sandbox.succeed(['variable', 'list']);
	for (const key of ['FIRST', 'SECOND', 'THIRD']) expect(listed).toContain(key);
	await colleague.succeed(['apply', '--auto-approve']);
});

test('who comes second leaves with 3 and the name of the holder, or waits and says so', async () => {
	colleague.cloneAgain();
	await colleague.succeed(['status']);
	sandbox.setVersion('web', 'v2');
	const applying = sandbox.start(['apply', '--auto-approve']);
	await applying.shows(/image\.web/);
	const refused = await colleague.run(['apply', '--auto-approve']);
	expectError(
		refused,
		new RegExp(`locked by \`compartment apply\` of \\S+ \\(process ${applying.child.pid} on ${hostname()}`),
		3,
	);
	const waited = await colleague.run(['variable', 'set', 'WAITED', 'yes', '--lock-timeout', '60s']);
	expect(waited).toMatchObject({
		exitCode: 0,
		stderr: expect.stringMatching(/locked by .compartment apply.*Waiting for it/),
	});
	expect((await applying.ended).exitCode).toBe(0);
	await sandbox.succeed(['apply', '--auto-approve']);
	expect(await sandbox.succeed(['variable', 'list'])).toContain('WAITED');
});

test('state pull prints it, and state push takes only what follows', async () => {
	const file = join(dirname(sandbox.folder), 'pulled.json');
	await sandbox.succeed(['state', 'pull', '--out', file]);
	const {serial} = sandbox.state();
	expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({serial, project: sandbox.project});
	expectError(
		await sandbox.run(['state', 'push', file, '--auto-approve']),
		new RegExp(`The engine has serial ${serial}, which is not older`),
	);
	expect(JSON.parse(await laptop.succeed(['state', 'pull']))).toMatchObject({serial});
});

test('a state moves to the engine and back, and others are told where it went', async () => {
	laptop.cloneAgain();
	await noChanges(laptop);
	await sandbox.succeed(['state', 'migrate', '--to', 'local']);
	await noChanges(sandbox);
	expectError(await laptop.run(['plan']), /is no longer on the engine: \S+ moved it to a folder on/);
	await sandbox.succeed(['variable', 'set', 'LOCAL', 'yes']);
	await sandbox.succeed(['apply', '--auto-approve']);
	await sandbox.succeed(['state', 'migrate', '--to', 'engine']);
	await noChanges(laptop);
	expect(await laptop.succeed(['variable', 'list'])).toContain('LOCAL');
});

test('a destroy keeps the state and its history, and a delete removes them', async () => {
	await laptop.succeed(['destroy', '--auto-approve']);
	expect(await sandbox.succeed(['variable', 'list'])).toContain('LOCAL');
	await sandbox.succeed(['apply', '--auto-approve']);
	expect((await sandbox.ask('/')).body).toBe('web v2');
	await sandbox.succeed(['environment', 'delete', 'production', '--auto-approve']);
	expect(existsSync(join(sandbox.folder, '.compartment', 'production'))).toBe(false);
	rmSync(join(laptop.folder, '.compartment'), {recursive: true});
	expectError(await laptop.run(['environment', 'show', 'production']), /has not been deployed yet/);
	expect(await sandbox.engine.inspectContainer(sandbox.router.name)).toBeUndefined();
	expect(await sandbox.engine.findByName('volume', sandbox.router.name)).toBeUndefined();
});
