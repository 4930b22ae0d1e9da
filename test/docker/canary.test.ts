import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {imageLabels, labels} from '../../source/model/labels.ts';
import {makeTestAuthority} from '../certificates/make.ts';
import {formsOf} from '../secret-forms.ts';
import {expectError, filesBelow, withSandbox} from './cli.ts';
import {openCli} from './cli-terminal.ts';

/** Three values that must not appear anywhere: one set by the user, one generated for a resource, one in a secret file. */
const token = 'canary-7f3a9d/with+odd=chars&more';
const fileToken = 'canary-in-a-file-51c0/ö+?';
const storeToken = 'canary-of-the-store-20e7:@/';

const authority = makeTestAuthority();

const secrets: string[] = [token, fileToken, storeToken];
const found = (text: string) => secrets.flatMap(formsOf).filter(form => text.includes(form));

// Prints its values in every form and, on request, does not become ready or crashes.
const server = `
import {createServer} from 'node:http';
import {existsSync, readFileSync} from 'node:fs';
const {PORT, TOKEN, STORE_URL, MODE} = process.env;
const file = '/etc/web/token';
const values = [TOKEN, STORE_URL, existsSync(file) ? readFileSync(file, 'utf8') : TOKEN];
const betray = () => {
	for (const value of values) {
		console.log('plain ' + value);
		console.error('url ' + encodeURIComponent(value));
		console.log('base64 ' + Buffer.from(value).toString('base64'));
		console.log(JSON.stringify({basic: Buffer.from('user:' + value).toString('base64'), value}));
	}
};
betray();
if (MODE === 'crashes') process.exit(3);
if (MODE === 'job') process.exit(4);
if (process.argv[2] === 'release') process.exit(MODE === 'release fails' ? 5 : 0);
createServer((request, response) => {
	response.statusCode = MODE === 'not ready' ? 503 : 200;
	// Longer than the shown part of a response, so that the value is at the cut.
	response.end(MODE === 'not ready' ? 'broken with ' + TOKEN + '.'.repeat(150) + STORE_URL : 'ok');
}).listen(Number(PORT));
process.once('SIGTERM', () => process.exit());
`;

const storeProgram = `
console.log('store has ' + process.env.PASSWORD);
require('net').createServer().listen(7000);
process.once('SIGTERM', () => process.exit());
`;

const describeWith = (mode: string) =>
	sandbox.describe({
		services: {
			web: {
				path: './web',
				readiness: {type: 'http', path: '/', timeoutMs: mode === 'not ready' ? 3000 : 20_000},
				release: {command: 'node server.mjs release'},
				secretFiles: {FILE_TOKEN: '/etc/web/token'},
				connections: {store: {env: {STORE_URL: 'url'}}},
				env: {MODE: mode},
			},
			report: {
				kind: 'job',
				path: './web',
				env: {MODE: 'job'},
				secretFiles: {FILE_TOKEN: '/etc/web/token'},
				connections: {store: {env: {STORE_URL: 'url'}}},
			},
		},
		resources: {
			store: {
				image: 'node:24-slim',
				command: ['node', '-e', storeProgram],
				generatedVariables: {GENERATED: {generator: 'token'}},
				ports: [7000],
				readiness: {type: 'tcp', port: 7000},
				volumes: {data: '/data'},
				outputs: {url: {sensitive: true, value: 'store://app:${env.PASSWORD}@${resource.host}:7000'}},
				operations: {
					backup: {
						command:
							'echo "backing up with $PASSWORD and $GENERATED"; test -n "$FAILS" && exit 6; echo data > /backup/file',
					},
					restore: {command: 'echo "restoring with $PASSWORD" >&2; exit 7'},
				},
			},
		},
	});

const sandbox = withSandbox(opened => {
	opened.write({
		'web/Dockerfile': 'FROM node:24-slim\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.mjs"]\n',
		'web/server.mjs': server,
	});
});

const set = (key: string, value: string, ...target: string[]) =>
	sandbox.succeed(['variable', 'set', key, '--sensitive', '--stdin', ...target], {input: value});

/** The output of all commands, with the command's name. It is searched at the end. */
const printed: {readonly by: string; readonly text: string}[] = [];
async function keep(...args: string[]): Promise<{exitCode: number | null; text: string}> {
	const {exitCode, stdout, stderr} = await sandbox.run(args);
	const text = stdout + stderr;
	printed.push({by: args.join(' '), text});
	return {exitCode, text};
}

const keepDone = async (...args: string[]) => {
	const {exitCode, text} = await keep(...args);
	expect(exitCode, text).toBe(0);
};

// The process list, which every user of the machine can see during the tests.
const watcher = spawn('sh', ['-c', 'while :; do ps -eo args; sleep 0.02; done'], {stdio: ['ignore', 'pipe', 'ignore']});
const processes = {text: '', leaks: [] as string[]};
watcher.stdout.setEncoding('utf8').on('data', (chunk: string) => {
	processes.text = (processes.text + chunk).slice(-1_000_000);
	processes.leaks.push(...found(chunk));
});
afterAll(async () => {
	authority.close();
	watcher.kill();
	await once(watcher, 'close');
});

beforeAll(async () => {
	describeWith('works');
	for (const service of ['web', 'report']) {
		await set('TOKEN', token, '--service', service);
		await set('FILE_TOKEN', fileToken, '--service', service);
	}
	await set('PASSWORD', storeToken, '--resource', 'store');
	await keepDone('plan', '--out', 'first.plan');
	await keepDone('apply', 'first.plan');
	const deployed = await sandbox.running('resource.store');
	secrets.push(
		/^GENERATED=(\S{20,})$/m.exec(execFileSync('docker', ['exec', deployed.name, 'env'], {encoding: 'utf8'}))![1]!,
	);
	// The middle of a private key, which no other text has.
	const {chain, key} = authority.make({names: ['canary.localhost']});
	secrets.push(key.split('\n')[1]!);
	const files = mkdtempSync(join(tmpdir(), 'compartment-canary-'));
	writeFileSync(join(files, 'chain.pem'), chain + authority.root);
	writeFileSync(join(files, 'key.pem'), key);
	await keepDone(
		'domain',
		'add',
		'canary.localhost',
		'--cert',
		join(files, 'chain.pem'),
		'--key',
		join(files, 'key.pem'),
	);
	rmSync(files, {recursive: true});
	await keepDone('plan');
	await keepDone('apply', '--auto-approve', '--json');
	const access = JSON.parse(await sandbox.succeed(['access', 'show', '--json'])) as {password: string};
	secrets.push(access.password, `compartment:${access.password}`);
}, 180_000);

describe('sensitive values', () => {
	test('reach the programs, as the raw log shows', async () => {
		const raw = await sandbox.succeed(['logs', 'web', '--raw']);
		for (const value of [token, fileToken, encodeURIComponent(storeToken)]) {
			expect(raw).toContain(`plain ${value.includes('canary-of') ? 'store://app:' : value}`);
			expect(raw).toContain(value);
		}
		expect(await sandbox.succeed(['resource', 'logs', '--resource', 'store', '--raw'])).toContain(storeToken);
		const audit = readFileSync(join(sandbox.folder, '.compartment/production/audit.ndjson'), 'utf8');
		expect(audit.match(/"logs\.revealed"/g)).toHaveLength(2);
	});

	test('are masked in log views, also on a screen', async () => {
		for (const args of [['logs'], ['logs', 'web', '--json'], ['resource', 'logs', '--resource', 'store']]) {
			const {exitCode, text} = await keep(...args);
			expect(exitCode).toBe(0);
			expect(text).toContain('‹hidden›');
		}
		using terminal = openCli(sandbox, ['logs', 'web'], {columns: 200});
		await terminal.waitFor('plain ‹hidden›', 20_000);
		terminal.press('q');
		await terminal.ended;
		printed.push({by: 'logs on a screen', text: terminal.written()});
	});

	test('cannot be masked without the identity, so the log is refused', async () => {
		const env = {COMPARTMENT_PASSPHRASE: 'correct horse battery staple'};
		const refused = await sandbox.run(['logs', 'web'], {env});
		expectError(refused, 'Sensitive values cannot be hidden in this log.');
		expect(refused.stderr).toContain('compartment logs web --raw');
		expect(refused.stdout).toBe('');
	});

	test('are not in the journal of a killed apply', async () => {
		const env = {COMPARTMENT_FAILPOINT: 'switch.after-publish'};
		const {signal, stdout, stderr} = await sandbox.run(['apply', '--auto-approve', '--rebuild'], {env});
		expect(signal).toBe('SIGKILL');
		printed.push({by: 'a killed apply', text: stdout + stderr});
		const journal = readFileSync(join(sandbox.folder, '.compartment/production/journal.ndjson'), 'utf8');
		expect(journal).toContain('"switch"');
		printed.push({by: 'its journal', text: journal});
		await keepDone('apply', '--auto-approve');
	});

	test('are not in the output of failures', async () => {
		for (const mode of ['crashes', 'not ready', 'release fails']) {
			describeWith(mode);
			const {exitCode, text} = await keep('apply', '--auto-approve', ...(mode === 'crashes' ? ['--json'] : []));
			expect(exitCode, mode).toBe(1);
			expect(text, mode).toContain('‹hidden›');
			await keep('why', 'service.web');
			await keep('deployment', 'logs');
			await keep('status', '--json');
		}
		describeWith('works');
		await keepDone('apply', '--auto-approve', '--rebuild');
		await keepDone('rollback', '--service', 'web', '--auto-approve');
		await keepDone('apply', '--hold', '--auto-approve');
		await keepDone('promote', '--auto-approve', '--json');
		await keepDone('restart', '--auto-approve');
		expect(await keep('job', 'run', 'report')).toMatchObject({exitCode: 4});
		expect(await keep('job', 'run', 'report', '--json')).toMatchObject({exitCode: 4});
		const created = await keep('resource', 'backup', 'create', '--resource', 'store', '--json');
		expect(created.exitCode).toBe(0);
		const {id} = sandbox.state().backups[0]!;
		const restored = await keep('resource', 'backup', 'restore', '--resource', 'store', '--backup', id, '--yes');
		expect(restored).toMatchObject({exitCode: 1});
		expect(restored.text).toContain('restoring with ‹hidden›');
		await keep('resource', 'backup', 'restore', '--backup', id, '--as', 'copy');
		await keep('resource', 'backup', 'verify', '--backup', id, '--json');
		await keep('resource', 'backup', 'list', '--resource', 'store', '--json');
		await keep('resource', 'backup', 'show', '--backup', id, '--json');
		await keep('resource', 'backup', 'show', '--backup', id);
		await keep('resource', 'backup', 'run-due');
		await keep('resource', 'delete', '--resource', 'copy', '--delete-data', '--yes');
	}, 300_000);

	// `test/commands/canary.test.ts` runs all others.
	test('are not in the output of commands that read what containers print and are made of', async () => {
		const commands = [
			['plan', '--full'],
			['inspect'],
			['why', 'service.web'],
			['why', 'resource.store'],
			['logs'],
			['logs', 'store', '--tail', '10'],
			['deployment', 'logs'],
			['job', 'logs'],
			['state', 'show', 'service.web'],
		];
		for (const command of commands) {
			await keep(...command);
			await keep(...command, '--json');
		}
		await keep('plan', '--out', 'last.plan');
		const failed = printed.filter(({text}) => /unknown (command|option)|bug in Compartment/.test(text));
		expect(failed.map(({by}) => by)).toEqual([]);
	}, 300_000);

	test('are not in error messages', async () => {
		await sandbox
			.run(['variable', 'set', 'TOKEN', '--sensitive', '--stdin', '--service', 'absent'], {input: token})
			.then(({stdout, stderr}) => printed.push({by: 'variable set of an absent service', text: stdout + stderr}));
		sandbox.write({'bad.env': `GOOD=1\nTOKEN=${token}\nTOKEN=${token}\n`, 'worse.env': `GOOD=1\nTOKEN ${token}\n`});
		for (const file of ['bad.env', 'worse.env'])
			expect(await keep('variable', 'import', '--file', file, '--sensitive')).toMatchObject({exitCode: 1});
		for (const file of ['bad.env', 'worse.env']) sandbox.remove(file);
	});

	test('are in none of the collected outputs', () => {
		expect(printed.length).toBeGreaterThan(60);
		expect(printed.filter(({text}) => found(text).length > 0).map(({by, text}) => [by, found(text)])).toEqual([]);
	});

	test('are not in any file: state, history, journal, audit, saved plans, run logs', () => {
		const files = filesBelow(sandbox.folder);
		for (const name of ['state.json', 'audit.ndjson', 'first.plan', 'last.plan'])
			expect(
				files.some(file => file.endsWith(`/${name}`)),
				name,
			).toBe(true);
		expect(files.some(file => file.includes('/history/'))).toBe(true);
		expect(files.filter(file => found(readFileSync(file, 'utf8')).length > 0)).toEqual([]);
		expect(
			filesBelow(sandbox.env['COMPARTMENT_CONFIG_HOME']!).filter(file => found(readFileSync(file, 'utf8')).length > 0),
		).toEqual([]);
	});

	test('are in no image, no label and no setting of a container except its environment', async () => {
		const docker = (...args: string[]) => execFileSync('docker', args, {encoding: 'utf8', maxBuffer: 1 << 28});
		const {containers, networks, volumes} = await sandbox.engine.observe({[labels.project]: sandbox.project});
		expect(containers.length).toBeGreaterThan(2);
		for (const {id, name} of containers) {
			const [details] = JSON.parse(docker('inspect', id)) as [{Config: Record<string, unknown>}];
			const {Env: _, ...config} = details.Config;
			expect(found(JSON.stringify({...details, Config: config})), name).toEqual([]);
		}
		for (const {name} of networks) expect(found(docker('network', 'inspect', name))).toEqual([]);
		for (const {name} of volumes) expect(found(docker('volume', 'inspect', name))).toEqual([]);
		const images = docker('images', '--quiet', '--filter', `label=${imageLabels.project}=${sandbox.project}`)
			.trim()
			.split('\n');
		expect(images[0]).not.toBe('');
		for (const image of new Set(images)) {
			expect(found(docker('history', '--no-trunc', image))).toEqual([]);
			expect(found(docker('inspect', image))).toEqual([]);
		}
		expect(
			found(
				docker(
					'exec',
					sandbox.router.name,
					'sh',
					'-c',
					// The router needs the key itself; `router-tls.test.ts` shows who can read it.
					'cat /var/lib/compartment/* /var/lib/compartment/tables/* /var/lib/compartment/certificates/*[!m] 2>/dev/null; true',
				),
			),
		).toEqual([]);
	});

	test('were in no process’s arguments', async () => {
		await pause(100);
		expect(processes.text).toContain('dockerd');
		expect(processes.leaks).toEqual([]);
	});
});
