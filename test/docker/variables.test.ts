import {execFileSync, spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {parse} from 'dotenv';
import fc from 'fast-check';
import {describe, expect, inject, test} from 'vitest';
import {expectError, filesBelow, withSandbox} from './cli.ts';

const canary = 'canary-7f3a9d/with+odd=chars';
const forms = [canary, Buffer.from(canary).toString('base64'), encodeURIComponent(canary)];

// Returns its variables and, on request, prints the secret to its log and crashes.
const server = `
import {existsSync, readFileSync, statSync} from 'node:fs';
import {createServer} from 'node:http';
const {PORT, LEVEL, TOKEN, FILE_TOKEN, DB_HOST, BETRAY} = process.env;
if (BETRAY) {
	console.log('token is ' + TOKEN);
	console.error('as url ' + encodeURIComponent(TOKEN));
	process.exit(3);
}
const file = '/etc/web/token';
createServer((request, response) => {
	const inFile = existsSync(file) ? readFileSync(file, 'utf8') : null;
	const mode = inFile === null ? null : (statSync(file).mode & 0o777).toString(8);
	const given = Object.entries(process.env).filter(([key]) => key.startsWith('V_'));
	if (request.url === '/given') return response.end(JSON.stringify(Object.fromEntries(given)));
	response.end(JSON.stringify({level: LEVEL, token: TOKEN, fromEnv: FILE_TOKEN ?? null, inFile, mode, host: DB_HOST}));
}).listen(Number(PORT));
process.once('SIGTERM', () => process.exit());
`;

const descriptor = (env: Record<string, string> = {}) => ({
	services: {
		web: {
			path: './web',
			accessMode: 'public',
			readiness: {type: 'http', path: '/', timeoutMs: 20_000},
			secretFiles: {FILE_TOKEN: '/etc/web/token'},
			env,
		},
	},
	resources: {
		store: {
			image: 'node:24-slim',
			command: ['node', '-e', "require('net').createServer().listen(7000)"],
			ports: [7000],
			readiness: {type: 'tcp', port: 7000},
			outputs: {host: {sensitive: false, value: '${resource.host}'}},
		},
	},
});

const sandbox = withSandbox(opened => {
	opened.write({
		'web/Dockerfile': 'FROM node:24-slim\nWORKDIR /app\nCOPY . .\nUSER 1000\nCMD ["node", "server.mjs"]\n',
		'web/server.mjs': server,
	});
	opened.describe(descriptor());
});

const setSecret = async (key: string, value: string) => {
	await sandbox.succeed(['variable', 'set', key, '--sensitive', '--stdin', '--service', 'web'], {input: `${value}\n`});
};

// Values that could break a shell, a URL, JSON, an encoding or a terminal, and some random ones. No environment variable
// can contain a NUL.
const texts = [
	'',
	' a b ',
	'$HOME `id` "\'\\\\',
	'\u001b[31m\t\r\u202e',
	'ä€😀\u0301',
	'line\nline\n',
	...fc.sample(fc.string({unit: 'binary', maxLength: 40}), {numRuns: 6, seed: 7}),
].map(text => text.replaceAll('\0', ''));
const given = Object.fromEntries(texts.map((text, index) => [`V_${index}`, text]));

const answer = async () => JSON.parse((await sandbox.ask('/')).body) as Record<string, unknown>;

/** Runs a command with the variables of service web in production. */
const runWithWeb = (...command: readonly string[]): string[] =>
	'variable run --env production --allow-production --service web --'.split(' ').concat(command);

describe('in an environment,', () => {
	test('variables can be set before the first deploy, and are listed with source and scope', async () => {
		expect(await sandbox.succeed(['variable', 'set', 'LEVEL', 'info'])).toBe(
			`Set variable LEVEL for ${sandbox.project} / production.\n`,
		);
		for (const [key, text] of Object.entries(given)) await setSecret(key, text);
		await setSecret('TOKEN', canary);
		await sandbox.succeed(['variable', 'set', 'DB_HOST', '--service', 'web', '--from-resource', 'store.host']);
		const list = await sandbox.succeed(['variable', 'list', '--service', 'web']);
		expect(list).toMatch(/^LEVEL +plain +inherited +production\/\* +info$/m);
		expect(list).toMatch(/^TOKEN +sensitive +direct +production\/web +<hidden>$/m);
		expect(list).toMatch(/^DB_HOST +plain +resource:store\.host +production\/web +from store\.host$/m);
	});

	test('a secret file without its variable is rejected by the plan with a hint', async () => {
		expectError(await sandbox.run(['apply', '--auto-approve']), /blocked/);
		expect((await sandbox.run(['plan'])).stdout).toContain(
			'compartment variable set FILE_TOKEN --service web --sensitive --stdin',
		);
		await setSecret('FILE_TOKEN', `${canary}-file`);
	});

	test('variables reach the container through env, references, and files in memory that only its user can read', async () => {
		await sandbox.succeed(['apply', '--auto-approve']);
		expect(await answer()).toEqual({
			level: 'info',
			token: canary,
			fromEnv: null,
			inFile: `${canary}-file`,
			mode: '400',
			host: `store.production.${sandbox.project}.resource.internal`,
		});
		const {name} = await sandbox.running('service.web');
		const file = '/dev/shm/compartment-secrets/FILE_TOKEN';
		const kind = execFileSync('docker', ['exec', name, 'stat', '-f', '-c', '%T', file], {encoding: 'utf8'});
		expect(kind).toBe('tmpfs\n');
		expect(
			execFileSync('docker', ['exec', name, 'sh', '-c', 'tr "\\0" "\\n" < /proc/1/environ'], {encoding: 'utf8'}),
		).not.toContain('-file');
		execFileSync('docker', ['restart', '-t', '1', name]);
		await expect.poll(async () => (await sandbox.ask('/')).status, {timeout: 15_000}).toBe(200);
		expect((await answer())['inFile']).toBe(`${canary}-file`);
	});

	test('any text can be a value in set, a container and run', async () => {
		expect(JSON.parse((await sandbox.ask('/given')).body)).toEqual(given);
		const print = `console.log(JSON.stringify(Object.fromEntries(Object.entries(process.env).filter(([key]) => key.startsWith('V_')))))`;
		const run = runWithWeb('node', '-e', print);
		expect(JSON.parse(await sandbox.succeed(run))).toEqual(given);
	});

	test('run passes the descriptor’s variables, except those that would affect local programs', async () => {
		sandbox.describe(descriptor({PATH: './bin', LD_PRELOAD: './evil.so', MODE: 'quiet'}));
		const {stdout, stderr} = await sandbox.run(runWithWeb('printenv'));
		expect(stdout).toContain('\nMODE=quiet\n');
		expect(stdout).not.toMatch(/^(?:LD_PRELOAD|COMPARTMENT_\w+)=|^PATH=\.\/bin$/m);
		expect(stderr).toContain('machine: PATH, LD_PRELOAD (env in compartment.yml)');
		sandbox.describe(descriptor());
	});

	test('the next plan names a changed variable without a sensitive value, and the same value is no change', async () => {
		await setSecret('TOKEN', canary);
		await sandbox.expectNoChanges();
		await sandbox.succeed(['variable', 'set', 'LEVEL', 'debug']);
		await setSecret('TOKEN', `${canary}-2`);
		const {stdout} = await sandbox.run(['plan']);
		expect(stdout).toContain('LEVEL changed');
		expect(stdout).toContain('TOKEN changed');
		expect(stdout).toMatch(/env\.LEVEL +"info" → "debug"/);
		expect(stdout).toMatch(/env\.TOKEN +\(sensitive\)$/m);
		await setSecret('TOKEN', canary);
		await sandbox.succeed(['apply', '--auto-approve']);
		expect(await answer()).toMatchObject({level: 'debug', token: canary});
	});

	test('a service that prints its secret and fails leaves it nowhere', async () => {
		sandbox.describe(descriptor({BETRAY: '1'}));
		const failed = await sandbox.run(['apply', '--auto-approve']);
		expect(failed.exitCode).toBe(1);
		const outputs = [failed.stdout, failed.stderr];
		expect(failed.stdout).toContain('token is ‹hidden›');
		sandbox.describe(descriptor());
		await sandbox.succeed(['apply', '--auto-approve']);
		const commands = [
			['plan', '--full'],
			['plan', '--json'],
			['plan', '--out', join(sandbox.folder, 'x.plan')],
			['status', '--verbose', '--json'],
			['inspect', '--json'],
			['state', 'list'],
			['state', 'show', 'service.web'],
			['deployment', 'list', '--json'],
			['deployment', 'logs'],
			['why', 'service.web'],
			['variable', 'list', '--service', 'web', '--json'],
			['variable', 'show', 'TOKEN', '--service', 'web'],
		];
		for (const command of commands) outputs.push(await sandbox.succeed(command));
		const {name, imageId} = await sandbox.running('service.web');
		outputs.push(execFileSync('docker', ['history', '--no-trunc', imageId], {encoding: 'utf8'}));
		outputs.push(execFileSync('docker', ['inspect', '--format', '{{json .Config.Labels}}', name], {encoding: 'utf8'}));
		outputs.push(execFileSync('ps', ['-eo', 'args'], {encoding: 'utf8'}));
		for (const file of filesBelow(sandbox.folder)) outputs.push(readFileSync(file, 'latin1'));
		for (const form of forms) expect(outputs.filter(output => output.includes(form))).toEqual([]);
	});

	test('a variable that conflicts with a connection is rejected', async () => {
		const {services, resources} = descriptor();
		const web = {...services.web, connections: {store: {env: {LEVEL2: 'host'}}}};
		sandbox.describe({services: {web}, resources});
		await sandbox.succeed(['variable', 'set', 'LEVEL2', 'x', '--service', 'web']);
		const {stdout} = await sandbox.run(['plan']);
		expect(stdout.replace(/\s+/g, ' ')).toContain(
			'Descriptor connection for service "web" env "LEVEL2" conflicts with an existing direct service variable.',
		);
		await sandbox.succeed(['variable', 'remove', 'LEVEL2', '--service', 'web']);
		sandbox.describe(descriptor());
	});

	test('run passes variables, signals and the exit code, and needs confirmation for production', async () => {
		const command = ['--', 'node', '-e', 'console.log(process.env.TOKEN + process.env.LEVEL); process.exit(9)'];
		expectError(
			await sandbox.run(['variable', 'run', '--env', 'production', '--service', 'web', ...command]),
			/--allow-production/,
		);
		const run = ['variable', 'run', '--env', 'production', '--allow-production', '--service', 'web'];
		const outcome = await sandbox.run([...run, ...command]);
		expect(outcome).toMatchObject({exitCode: 9, stdout: `${canary}debug\n`});
		const waiting = sandbox.start([
			...run,
			'--',
			'node',
			'-e',
			"process.on('SIGTERM', () => process.exit(4)); console.log('up'); setInterval(() => {}, 1000)",
		]);
		await waiting.shows('up');
		waiting.child.kill('SIGTERM');
		expect((await waiting.ended).exitCode).toBe(4);
	});

	test('import is all or nothing', async () => {
		sandbox.write({
			'.env.ok': 'A=1\nexport B="two\\nlines" # c\nC: three\n',
			'.env.bad': 'A=1\nnot a variable\n',
			'.env.twice': 'A=1\nA=2\n',
		});
		expectError(
			await sandbox.run(['variable', 'import', '--file', '.env.bad']),
			'Import file .env.bad contains unsupported dotenv content: not a variable.',
		);
		expectError(
			await sandbox.run(['variable', 'import', '--file', '.env.twice']),
			'Duplicate imported variable keys in .env.twice: A.',
		);
		expect(await sandbox.succeed(['variable', 'import', '--file', '.env.ok'])).toBe(
			`Imported 3 variables into ${sandbox.project} / production.\n`,
		);
		expectError(
			await sandbox.run(['variable', 'import', '--file', '.env.ok']),
			'Variable import would overwrite existing winners for: A, B, C. Retry with --replace.',
		);
		await sandbox.succeed(['variable', 'import', '--file', '.env.ok', '--replace']);
		expect(await sandbox.succeed(['variable', 'show', 'B'])).toContain('VALUE: two');
	});

	test('any dotenv file is imported with the values that the dotenv package reads', async () => {
		const text = (pattern: RegExp) => fc.stringMatching(pattern);
		const value = fc.oneof(
			text(/^[ -~]{0,30}$/).map(word => word.replace(/["'`]/g, '')),
			text(/^[^"\\\r\0]{0,40}$/).map(words => `"${words}"`),
			text(/^[a-z $\\n]{0,20}$/).map(words => `"${words}\\n\\t\\r"`),
			text(/^[^'\r\0]{0,40}$/).map(words => `'${words}' # a note`),
			text(/^[^`\r\0]{0,40}$/).map(words => `\`${words}\``),
			fc.string({unit: 'grapheme', maxLength: 20}).map(words => `"${words.replace(/["\\\r\0]/g, '')}"`),
		);
		const join = fc.constantFrom('=', ' = ', ': ');
		const line = fc.tuple(fc.constantFrom('', 'export '), join, value);
		for (const [round, lines] of fc
			.sample(fc.array(line, {minLength: 20, maxLength: 30}), {numRuns: 3, seed: 11})
			.entries()) {
			const file = lines
				.map(([prefix, separator, words], index) => `${prefix}E${round}_${index}${separator}${words}`)
				.join('\n');
			sandbox.write({'.env.any': file});
			await sandbox.succeed(['variable', 'import', '--file', '.env.any', '--env', 'imported', '--sensitive']);
			const print = `console.log(JSON.stringify(Object.fromEntries(Object.entries(process.env).filter(([key]) => key.startsWith('E${round}_')))))`;
			const printed = await sandbox.succeed(['variable', 'run', '--env', 'imported', '--', 'node', '-e', print]);
			expect(JSON.parse(printed)).toEqual(parse(file));
		}
	});

	test('a second recipient can read the same values', async () => {
		const passphrase = {COMPARTMENT_PASSPHRASE: 'correct horse battery staple'};
		const run = runWithWeb('printenv', 'TOKEN');
		expectError(await sandbox.run(run, {env: passphrase}), /not encrypted for the identity/);
		const theirs = await sandbox.succeed(['variable', 'recipients', 'show'], {env: passphrase});
		await sandbox.succeed(['variable', 'recipients', 'add', theirs.trim()]);
		expect(await sandbox.succeed(run, {env: passphrase})).toBe(`${canary}\n`);
		await sandbox.succeed(['variable', 'recipients', 'remove', theirs.trim()]);
		expectError(await sandbox.run(run, {env: passphrase}), /not encrypted for the identity/);
	});

	test('a value that no process environment can hold is rejected without a change', async () => {
		const {serial} = sandbox.state();
		const command = [process.execPath, inject('cli'), 'variable', 'set', 'BYTES', '--sensitive', '--stdin'] as const;
		const give = (input: Buffer) =>
			spawnSync(command[0], command.slice(1), {cwd: sandbox.folder, env: sandbox.env, input, encoding: 'utf8'});
		const binary = give(Buffer.from([0xff, 0xfe, 0x61]));
		expect(binary.stderr).toContain('The value of BYTES is not UTF-8 text, and the engine takes nothing else.');
		expect(binary.stderr).toContain('base64');
		const cut = give(Buffer.from('a\0b'));
		expect(cut.stderr).toContain('The value of BYTES contains a NUL byte, which no environment variable can hold.');
		sandbox.write({'.env.nul': 'A="a\0b"\n'});
		const imported = await sandbox.run(['variable', 'import', '--file', '.env.nul', '--replace']);
		expectError(imported, 'The value of A contains a NUL byte');
		expect([binary.status, cut.status, sandbox.state().serial]).toEqual([1, 1, serial]);
	});

	test('invalid input is rejected with the reason', async () => {
		const table: [string[], string][] = [
			[
				['variable', 'set', '1A', 'x'],
				'Variable names must start with a letter or underscore and contain only letters, digits, and underscores.',
			],
			[
				['variable', 'set', 'COMPARTMENT_X', 'x'],
				'Variable names starting with COMPARTMENT_ are reserved for compartment-managed runtime metadata.',
			],
			[['variable', 'set', 'K', 'x', '--sensitive'], 'Sensitive variables must use hidden prompt input or --stdin.'],
			[['variable', 'set', 'K', 'x', '--stdin'], 'Pass either a value or --stdin, not both.'],
			[['variable', 'set', 'K'], 'Missing value for K. Pass a value, use --stdin, or run from a TTY to be prompted.'],
			[
				['variable', 'set', 'K', 'x', '--service', 'web', '--resource', 'store'],
				'Pass either --service or --resource, not both.',
			],
			[['variable', 'set', 'K', '--from-resource', 'store.host'], '--from-resource requires --service.'],
			[
				['variable', 'set', 'K', '--from-resource', 'store', '--service', 'web'],
				'--from-resource must use resource.output.',
			],
			[
				['variable', 'set', 'K', 'x', '--from-resource', 'store.host', '--service', 'web'],
				'--from-resource cannot be combined with a literal value, --stdin, or --sensitive.',
			],
			[
				['variable', 'set', 'K', 'x', '--resource', 'stor'],
				'Resource "stor" is not declared in local compartment.yml under resources.stor.',
			],
			[['variable', 'remove', 'NOPE'], 'The requested variable was not found for the selected target.'],
			[['variable', 'run', '--'], 'Pass a command after --.'],
		];
		for (const [args, message] of table) {
			const {exitCode, stdout, stderr} = await sandbox.run(args);
			expect({exitCode, stdout}).toEqual({exitCode: 1, stdout: ''});
			expect(stderr).toContain(message);
		}
	});
});
