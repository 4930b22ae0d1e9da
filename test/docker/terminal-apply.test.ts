import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, inject, test} from 'vitest';
import {openTerminal} from '../terminal/terminal.ts';
import {useExample, withSandbox} from './cli.ts';
import {openCli} from './cli-terminal.ts';

const sandbox = withSandbox(opened => useExample(opened, 'multi-service'));

const ctrlC = '\u0003';

const open = (...args: readonly string[]) => openCli(sandbox, args, {rows: 40});

/** Whether every terminal mode that a screen set was reset after it: alternate screen, hidden cursor, bracketed paste. */
const isRestored = (written: string): boolean =>
	(
		[
			['\u001B[?1049h', '\u001B[?1049l'],
			['\u001B[?25l', '\u001B[?25h'],
			['\u001B[?2004h', '\u001B[?2004l'],
		] as const
	).every(([on, off]) => written.lastIndexOf(off) >= written.lastIndexOf(on));

const question = /Apply \d+ actions?: .*\? y\/N/;

test('answering no changes nothing and exits with 130', async () => {
	using terminal = open('apply');
	await terminal.waitFor(question, 20_000);
	expect(terminal.scrollback()).toContain('Plan: 7 to create, 0 to update, 0 to replace, 0 to delete.');
	terminal.press('n');
	expect(await terminal.ended).toMatchObject({exitCode: 130});
	expect(terminal.scrollback()).toMatch(/Nothing was changed\.$/);
	expect(isRestored(terminal.written())).toBe(true);
	expect(await sandbox.observe()).toMatchObject({containers: [], networks: [], volumes: []});
});

test('ctrl-c during an apply exits with 130, and the next apply completes', async () => {
	// Never ready, so that the apply is still running when it is cancelled.
	sandbox.write({'services/web/server.js': "setInterval(() => console.log('not listening'), 200);\n"});
	using cancelled = open('apply');
	await cancelled.waitFor(question, 20_000);
	cancelled.press('y');
	await cancelled.waitFor(/running +service\.web +GET \/healthz → .*try \d/, 40_000);
	cancelled.press(ctrlC);
	await cancelled.waitFor('finishing running steps, press ctrl-c again to stop now');
	cancelled.press(ctrlC);
	expect(await cancelled.ended).toMatchObject({exitCode: 130});
	const transcript = cancelled.scrollback();
	expect(transcript).toMatch(/^Apply cancelled after /m);
	expect(transcript).toContain('The next apply continues from here.');
	expect(transcript).toMatch(/✓ \+ +network /);
	expect(isRestored(cancelled.written())).toBe(true);

	useExample(sandbox, 'multi-service');
	using next = open('apply');
	await next.waitFor(question, 20_000);
	expect(next.scrollback()).not.toMatch(/\+ network/);
	next.press('y');
	expect(await next.ended).toMatchObject({exitCode: 0});
	expect(await sandbox.ask()).toMatchObject({status: 200});
	await sandbox.expectNoChanges();
	useExample(sandbox, 'multi-service');
}, 120_000);

test('a change is planned, approved and applied live, and reported on the main screen', async () => {
	sandbox.describe({
		services: {
			web: {path: './services/web', accessMode: 'public', readiness: {type: 'http', path: '/healthz'}},
			backoffice: {
				kind: 'api',
				path: './services/backoffice',
				accessMode: 'public',
				env: {GREETING: 'hello'},
				readiness: {type: 'http', path: '/ready'},
			},
		},
	});
	using terminal = open('apply');
	await terminal.waitFor(question, 20_000);
	expect(terminal.isAlternateScreen()).toBe(false);
	expect(terminal.scrollback()).toMatch(/GREETING +"hello"/);

	terminal.press('y');
	expect(await terminal.waitFor(/\d\/\d done/, 20_000)).toContain(`${sandbox.project} › production`);
	expect(terminal.isAlternateScreen()).toBe(true);
	await terminal.waitFor(/running +service\.backoffice/, 20_000);

	expect(await terminal.ended).toMatchObject({exitCode: 0});
	expect(terminal.isAlternateScreen()).toBe(false);
	expect(isRestored(terminal.written())).toBe(true);
	const transcript = terminal.scrollback();
	expect(transcript).toMatch(/✓ Approved: 1 action$/m);
	expect(transcript).toMatch(/✓ \+\/- service\.backoffice +\d+m?s/);
	expect(transcript).toMatch(/^Apply done in /m);
	expect(transcript).toContain(`web active at http://${sandbox.host()}:${sandbox.router.port}`);
	expect(transcript).not.toContain('running');
}, 60_000);

const change = (service: string) => {
	const path = `services/${service}/server.js`;
	sandbox.write({[path]: `${readFileSync(join(sandbox.folder, path), 'utf8')}// One more line.\n`});
};

test('an action is left out together with its dependents, and the next apply has both', async () => {
	change('web');
	change('backoffice');
	using terminal = open('apply');
	await terminal.waitFor('Apply 4 actions', 20_000);
	terminal.press('g ');
	const [, image = '', service = ''] =
		/\[ \] ~ +(image\.\w+) .*?(service\.\w+) skipped too: depends on \1/s.exec(await terminal.waitFor('skipped too')) ??
		[];
	expect(service).toBe(image.replace('image', 'service'));
	terminal.press('y');
	expect(await terminal.ended).toMatchObject({exitCode: 0});
	expect(terminal.scrollback()).toContain(`Approved: 2 of 4 actions, skipping ${image} and ${service}`);
	const rest = await sandbox.succeed(['plan']);
	expect(rest).toMatch(new RegExp(`^ +~ +${image} `, 'm'));
	expect(rest).toContain('Plan: 0 to create, 1 to update, 1 to replace, 0 to delete.');
}, 60_000);

test('a suspended question is asked again', async () => {
	using terminal = openTerminal('bash', ['--norc', '--noprofile', '-i'], {
		cwd: sandbox.folder,
		env: {...sandbox.env, PS1: 'shell> '},
	});
	await terminal.waitFor('shell> ');
	terminal.press(`'${process.execPath}' '${inject('cli')}' apply\r`);
	await terminal.waitFor(question, 20_000);
	terminal.press('\u001A');
	await terminal.waitFor(/Stopped.*shell>\s*$/s, 10_000);
	terminal.press('fg\r');
	await terminal.waitFor(/fg.*Apply \d+ actions.*y\/N/s, 10_000);
	terminal.press('n');
	await terminal.waitFor(/Nothing was changed\.\s+shell>\s*$/, 10_000);
	terminal.press('exit\r');
	await terminal.ended;
}, 60_000);

test('for a screen reader an apply is approved and reported in lines, with words instead of signs', async () => {
	change('web');
	using terminal = open('apply', '--accessible');
	await terminal.waitFor(/Type yes, no, or full for the whole plan:\s*$/, 20_000);
	terminal.press('full\r');
	await terminal.waitFor(/is unchanged.*whole plan:\s*$/s, 20_000);
	terminal.press('yes\r');
	expect(await terminal.ended).toMatchObject({exitCode: 0});
	expect(terminal.scrollback()).toMatch(/^service\.\w+ +done in /m);
	expect(terminal.written()).not.toMatch(/\u001B\[\?1049h|[✓✗●○│╭›→]|^ *(?:[-+~>!]|\+\/-) /m);
	await sandbox.expectNoChanges();
}, 60_000);

/** The program of web before a test breaks it. */
let working = '';

test('a failure is reported with its last lines and where to find the whole log', async () => {
	working = readFileSync(join(sandbox.folder, 'services/web/server.js'), 'utf8');
	sandbox.write({'services/web/server.js': "console.error('cannot find the page'); process.exit(3);\n"});
	using terminal = open('apply');
	await terminal.waitFor(question, 20_000);
	terminal.press('y');
	// The screen stays, and the environment is free meanwhile.
	expect(await terminal.waitFor(/r retry.*q leave/, 60_000)).toMatch(/1 failed.*─ Causes ─.*cannot find the page/s);
	expect(terminal.isAlternateScreen()).toBe(true);
	await sandbox.succeed(['variable', 'set', 'UNUSED', '1']);
	await sandbox.succeed(['variable', 'remove', 'UNUSED']);
	terminal.press('q');
	expect(await terminal.ended).toMatchObject({exitCode: 1});
	expect(terminal.isAlternateScreen()).toBe(false);
	const transcript = terminal.scrollback();
	expect(transcript).toMatch(/service\.web failed after .*cannot find the page.*^Apply failed after /ms);
	expect(transcript).toContain(`web still active at http://${sandbox.host()}`);
	const [, run = ''] = /Complete logs: compartment deployment logs (run_\w+)/.exec(transcript) ?? [];
	expect(await sandbox.succeed(['deployment', 'logs', run])).toContain('cannot find the page');
}, 90_000);

test('what failed is applied again without a question once it is mended', async () => {
	using terminal = open('apply');
	await terminal.waitFor(question, 20_000);
	terminal.press('y');
	await terminal.waitFor(/r retry.*q leave/, 60_000);
	sandbox.write({'services/web/server.js': working});
	terminal.press('r');
	expect(await terminal.ended).toMatchObject({exitCode: 0});
	const shown = terminal.scrollback();
	expect(shown).toMatch(/^Apply failed after .*^Apply done in /ms);
	expect(shown.match(/y\/N|^✓ Approved/gm) ?? []).toHaveLength(1);
	await sandbox.expectNoChanges();
}, 120_000);

test('data is deleted only after the name was typed', async () => {
	sandbox.describe({
		services: {web: {path: './services/web', accessMode: 'public', readiness: {type: 'http', path: '/healthz'}}},
		resources: {store: {image: 'node:24-slim', command: ['sleep', 'infinity'], volumes: {data: '/data'}}},
	});
	sandbox.remove('compartment.routes.yml');
	await sandbox.succeed(['deploy']);
	using terminal = open('destroy', '--delete-data');
	await terminal.waitFor(/Destroy production: .*\? y\/N/, 20_000);
	terminal.press('y');
	await terminal.waitFor(`Type ${sandbox.project} to confirm`);
	terminal.press('no\r');
	await terminal.waitFor(`That does not match ${sandbox.project}`);
	expect((await sandbox.observe()).volumes).toHaveLength(1);
	terminal.press(`\u007F\u007F${sandbox.project}\r`);
	expect(await terminal.ended).toMatchObject({exitCode: 0});
	expect(terminal.scrollback()).toMatch(/^Destroyed in /m);
	expect(isRestored(terminal.written())).toBe(true);
	expect(await sandbox.observe()).toMatchObject({containers: [], networks: [], volumes: []});
}, 60_000);
