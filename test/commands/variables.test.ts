import {cpSync, existsSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {generateX25519Identity, identityToRecipient} from 'age-encryption';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {leavesNothingUntested} from './proofs.ts';
import {runLine} from './run-line.ts';
import {openShop, type Shop} from './shop.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

let shop: Shop;

beforeEach(async () => {
	shop = await openShop();
});

afterEach(() => shop.close());

const secret = 's3cret-value';

/** The message of a command that must fail, without its hint. */
const refusal = async (...words: readonly string[]): Promise<string> =>
	(await shop.failure(...words)).split('\n')[0]!.replace(/^Error: /, '');

const setSecret = (...words: readonly string[]) =>
	shop.feed(`${secret}\n`, 'variable', 'set', 'TOKEN', '--sensitive', '--stdin', ...words);

const fileText = (): string => readFileSync(join(shop.world.directory, 'state.json'), 'utf8');

describe('variable set', () => {
	it('sets a value for the next apply', async () => {
		expect(await shop.text('variable', 'set', 'LEVEL', 'debug')).toBe('Set variable LEVEL for shop / production.\n');
		await shop.deploy();
		expect(await shop.text('variable', 'set', 'LEVEL', 'info', '--service', 'api')).toMatchInlineSnapshot(`
			"Set variable LEVEL for shop / production / api.
			It takes effect with the next compartment apply
			"
		`);
		expect(await shop.text('plan')).toContain('env.LEVEL');
	});

	it('reads a sensitive value from standard input, and shows it nowhere', async () => {
		const {stdout, stderr, exitCode} = await setSecret('--service', 'web');
		expect({stdout, stderr, exitCode}).toEqual({
			stdout: 'Set variable TOKEN for shop / production / web.\n',
			stderr: '',
			exitCode: 0,
		});
		for (const words of [['variable', 'list', '--service', 'web'], ['state', 'list'], ['plan']])
			expect(await shop.text(...words)).not.toContain(secret);
		expect(fileText()).not.toContain(secret);
	});

	it('binds an output of a resource', async () => {
		await shop.text('variable', 'set', 'DB', '--service', 'api', '--from-resource', 'db.host');
		expect((await shop.json('variable', 'list', '--service', 'api')).variables).toMatchObject([
			{keyName: 'DB', sourceType: 'resource_output', sourceResourceOutput: 'db.host'},
		]);
	});

	it('says when a sensitive value becomes plain', async () => {
		await setSecret();
		expect(await shop.text('variable', 'set', 'TOKEN', 'open', '--plain')).toBe(
			'Set variable TOKEN for shop / production. It was sensitive and is now plain.\n',
		);
	});

	it('reports key and target as JSON, without the value', async () => {
		expect(await shop.json('variable', 'set', 'LEVEL', 'debug', '--service', 'api')).toEqual({
			project: {name: 'shop'},
			environment: {name: 'production'},
			key: 'LEVEL',
			target: {type: 'service', name: 'api'},
		});
	});

	it.each([
		[['1KEY', 'x'], /^Variable names must start with a letter or underscore /],
		[['KEY'], /^Missing value for KEY\. Pass a value, use --stdin, or run from a TTY to be prompted\.$/],
		[['KEY', '--sensitive'], /^Missing value for KEY\. Use --stdin or run from a TTY to enter it securely\.$/],
		[['KEY', 'x', '--sensitive'], /^Sensitive variables must use hidden prompt input or --stdin\.$/],
		[['KEY', 'x', '--stdin'], /^Pass either a value or --stdin, not both\.$/],
		[['KEY', 'x', '--sensitive', '--plain'], /^Pass either --sensitive or --plain, not both\.$/],
		[['KEY', 'x', '--service', 'web', '--resource', 'db'], /^Pass either --service or --resource, not both\.$/],
		[['KEY', 'x', '--service', 'wbe'], /^The requested service was not found: wbe\. Did you mean web\?$/],
		[['KEY', 'x', '--resource', 'dbs'], /^Resource "dbs" is not declared in local compartment\.yml/],
		[['KEY', '--from-resource', 'db.host'], /^--from-resource requires --service\.$/],
		[['KEY', '--service', 'api', '--from-resource', 'db'], /^--from-resource must use resource\.output\.$/],
		[['KEY', '--service', 'api', '--from-resource', 'db.port'], /^Output "port" is not declared/],
		[['KEY', '--service', 'api', '--from-resource', 'cache.port'], /^Resource "cache" is not declared/],
	])('refuses %j, and writes nothing', async (words, message) => {
		expect(await refusal('variable', 'set', ...words)).toMatch(message);
		expect(await shop.world.state()).toBeUndefined();
	});

	it('does not repeat a value that it refuses', async () => {
		const {stderr} = await shop.run('variable', 'set', 'KEY', secret, '--sensitive');
		expect(stderr).toContain("printf '%s'");
		expect(stderr).not.toContain(secret);
	});

	it('fails with exit code 3 while another command works on the environment', async () => {
		expect((await shop.locked('variable', 'set', 'KEY', 'x')).exitCode).toBe(3);
	});
});

describe('variable list', () => {
	it('shows sources and scopes, with sensitive values hidden', async () => {
		await shop.text('variable', 'set', 'LEVEL', 'debug');
		await setSecret('--service', 'web');
		expect(await shop.text('variable', 'list', '--service', 'web')).toMatchInlineSnapshot(`
			"Project: shop
			Environment: production
			Target: service web

			KEY            CLASS      SOURCE            SCOPE           VALUE
			DATABASE_HOST  plain      resource:db.host  production/web  from db.host
			LEVEL          plain      inherited         production/*    debug
			TOKEN          sensitive  direct            production/web  <hidden>
			"
		`);
	});

	it('is a document as JSON', async () => {
		await setSecret();
		expect(await shop.json('variable', 'list')).toEqual({
			project: {name: 'shop'},
			environment: {name: 'production'},
			serviceName: null,
			resourceName: null,
			variables: [
				{
					keyName: 'TOKEN',
					sensitivity: 'sensitive',
					sourceType: 'direct',
					sourceResourceOutput: null,
					scopeType: 'environment',
					scope: 'production/*',
					value: null,
					valueHidden: true,
				},
			],
		});
	});

	it('names the targets that have variables when this one has none', async () => {
		expect(await shop.text('variable', 'list', '--resource', 'db')).toContain('No variables found.\n');
		await shop.text('variable', 'set', 'LEVEL', 'debug', '--service', 'api');
		expect(await shop.text('variable', 'list')).toContain('No variables found here, but for service api.\n');
	});

	it('refuses two targets', async () => {
		expect(await refusal('variable', 'list', '--service', 'web', '--resource', 'db')).toBe(
			'Pass either --service or --resource, not both.',
		);
	});
});

describe('variable show', () => {
	it('shows one variable with its source', async () => {
		await shop.text('variable', 'set', 'LEVEL', 'debug');
		expect(await shop.text('variable', 'show', 'LEVEL')).toMatchInlineSnapshot(`
			"Project: shop
			Environment: production
			Target: environment

			KEY: LEVEL
			CLASS: plain
			VALUE: debug
			SOURCE: direct
			SCOPE: production/*
			"
		`);
		await setSecret();
		expect(await shop.text('variable', 'show', 'TOKEN')).toContain('VALUE: <hidden>\n');
	});

	it('shows it as JSON', async () => {
		await shop.text('variable', 'set', 'LEVEL', 'debug');
		expect(await shop.json('variable', 'show', 'LEVEL', '--service', 'api')).toMatchObject({
			variable: {keyName: 'LEVEL', value: 'debug', sourceType: 'inherited', scope: 'production/*'},
		});
	});

	it('suggests the key that was meant', async () => {
		await shop.text('variable', 'set', 'LEVEL', 'debug');
		expect(await shop.failure('variable', 'show', 'LEVLE')).toMatchInlineSnapshot(`
			"Error: The requested variable was not found for the selected target. Did you mean LEVEL?
			  compartment variable list
			"
		`);
	});
});

describe('variable remove', () => {
	it('removes a value or a binding', async () => {
		await shop.text('variable', 'set', 'LEVEL', 'debug');
		await shop.text('variable', 'set', 'DB', '--service', 'api', '--from-resource', 'db.host');
		expect(await shop.text('variable', 'remove', 'LEVEL')).toBe('Removed variable LEVEL.\n');
		expect(await shop.json('variable', 'remove', 'DB', '--service', 'api')).toEqual({success: true});
		expect(await shop.world.state()).toMatchObject({variables: [], bindings: []});
	});

	it('refuses a key that the target does not have', async () => {
		await shop.text('variable', 'set', 'LEVEL', 'debug');
		expect(await shop.failure('variable', 'remove', 'LEVEL', '--service', 'api')).toMatchInlineSnapshot(`
			"Error: The requested variable was not found for the selected target.
			  compartment variable list --service api
			"
		`);
	});
});

describe('variable import', () => {
	const importFile = (content: string, ...words: readonly string[]) => {
		shop.write('values.env', content);
		return ['variable', 'import', '--file', 'values.env', ...words];
	};

	it('imports all of a dotenv file', async () => {
		expect(await shop.text(...importFile('A=1\nB="two words"\n', '--service', 'api'))).toBe(
			'Imported 2 variables into shop / production / api.\n',
		);
		expect((await shop.json('variable', 'show', 'B', '--service', 'api')).variable.value).toBe('two words');
	});

	it('names the keys as JSON', async () => {
		expect(await shop.json(...importFile('A=1\nB=2\n', '--sensitive'))).toEqual({importedKeyNames: ['A', 'B']});
		expect((await shop.world.state())!.variables.every(({isSensitive}) => isSensitive)).toBe(true);
	});

	it.each([
		['A=1\nA=2\n', 'Duplicate imported variable keys in values.env: A.'],
		['# nothing\n', 'Import file values.env does not contain any variables.'],
		['A=1\nhello\n', 'Import file values.env contains unsupported dotenv content: hello.'],
	])('imports nothing of %j', async (content, message) => {
		expect(await refusal(...importFile(content))).toBe(message);
		expect(await shop.world.state()).toBeUndefined();
	});

	it('overwrites only with --replace', async () => {
		await shop.text('variable', 'set', 'A', '0');
		expect(await refusal(...importFile('A=1\n'))).toBe(
			'Variable import would overwrite existing winners for: A. Retry with --replace.',
		);
		await shop.text(...importFile('A=1\n', '--replace'));
		expect((await shop.json('variable', 'show', 'A')).variable.value).toBe('1');
	});

	it('needs a file that exists', async () => {
		expect(await refusal('variable', 'import', '--file', 'missing.env')).toMatch(/^cannot read missing\.env: ENOENT/);
		expect(await refusal('variable', 'import')).toBe("error: required option '--file <path>' not specified");
	});
});

describe('variable run', () => {
	const shell = (command: string, ...words: readonly string[]) => [
		'variable',
		'run',
		...words,
		'--',
		'sh',
		'-c',
		command,
	];

	it('runs a program with the variables of development, and exits with its exit code', async () => {
		await shop.text('variable', 'set', 'LEVEL', 'debug', '--env', 'development');
		await shop.text(...shell('printf %s "$LEVEL" > level.txt'));
		expect(readFileSync(join(shop.folder, 'level.txt'), 'utf8')).toBe('debug');
		expect(await shop.run(...shell('exit 7'))).toEqual({stdout: '', stderr: '', exitCode: 7});
	});

	it('passes sensitive values and those of one service', async () => {
		await setSecret('--service', 'api', '--env', 'development');
		await shop.text(...shell('printf %s "$TOKEN" > token.txt', '--service', 'api'));
		expect(readFileSync(join(shop.folder, 'token.txt'), 'utf8')).toBe(secret);
	});

	it('asks for a flag to use the variables of production', async () => {
		expect(await shop.failure(...shell('touch ran', '--env', 'production'))).toMatchInlineSnapshot(`
			"Error: Running with the variables of production needs --allow-production.
			  compartment variable run --env production --allow-production -- sh -c 'touch ran'
			"
		`);
		expect(existsSync(join(shop.folder, 'ran'))).toBe(false);
		await shop.text(...shell('touch ran', '--env', 'production', '--allow-production'));
		expect(existsSync(join(shop.folder, 'ran'))).toBe(true);
	});

	it('refuses a missing command, program or service', async () => {
		expect(await refusal('variable', 'run')).toBe('Pass a command after --.');
		expect(await refusal('variable', 'run', '--', 'no-such-program')).toMatch(/^cannot run no-such-program: .*ENOENT/);
		expect(await refusal(...shell('true', '--service', 'wbe'))).toMatch(/^The requested service was not found: wbe\./);
	});
});

describe('variable recipients', () => {
	const newRecipient = async () => identityToRecipient(await generateX25519Identity());

	const listed = async (): Promise<string[]> => (await shop.json('variable', 'recipients', 'list')).recipients;

	it('list and show print the own recipient before another one is added', async () => {
		expect(await shop.text('variable', 'recipients', 'show')).toBe('age1RECIPIENT\n');
		expect(await shop.text('variable', 'recipients', 'list')).toBe('age1RECIPIENT\n');
		const {recipient} = await shop.json('variable', 'recipients', 'show');
		expect(await shop.json('variable', 'recipients', 'list')).toEqual({
			environment: {name: 'production'},
			recipients: [recipient],
		});
	});

	it('add and remove print the list, and encrypt every sensitive value again', async () => {
		await setSecret();
		const other = await newRecipient();
		const before = fileText();
		expect(await shop.text('variable', 'recipients', 'add', other)).toBe('age1RECIPIENT\nage1RECIPIENT\n');
		expect(await listed()).toContain(other);
		expect(fileText()).not.toBe(before);
		await shop.text('variable', 'recipients', 'remove', other);
		expect(await listed()).not.toContain(other);
		expect((await shop.json('variable', 'show', 'TOKEN')).variable.valueHidden).toBe(true);
	});

	it('lets a pipeline with a passphrase into a state on the engine', async () => {
		await shop.deploy();
		await setSecret();
		await shop.text('state', 'migrate', '--to', 'engine');
		const kept = join(shop.folder, 'kept');
		const config = process.env['COMPARTMENT_CONFIG_HOME']!;
		const pipeline = async (...words: readonly string[]) => {
			cpSync(config, kept, {recursive: true});
			shop.becomeAnotherUser();
			rmSync(join(shop.folder, '.compartment'), {recursive: true});
			const ran = await runLine(shop.folder, '', words, {COMPARTMENT_PASSPHRASE: 'correct horse battery staple'});
			cpSync(kept, config, {recursive: true});
			return ran;
		};
		expect((await pipeline('plan')).stderr).toContain('compartment variable recipients add age1');
		const shown = await pipeline('variable', 'recipients', 'show');
		expect(shown).toMatchObject({exitCode: 0, stdout: expect.stringMatching(/^age1/)});
		await shop.text('variable', 'recipients', 'add', shown.stdout.trim());
		expect(await pipeline('plan')).toMatchObject({exitCode: 0, stderr: ''});
	});

	it('add and remove print the list as JSON', async () => {
		const other = await newRecipient();
		const {recipients} = await shop.json('variable', 'recipients', 'add', other);
		expect(recipients).toHaveLength(2);
		expect(await shop.json('variable', 'recipients', 'remove', other)).toMatchObject({
			recipients: [expect.not.stringContaining(other)],
		});
	});

	it('refuse what is no recipient, and to remove the last one', async () => {
		expect(await shop.failure('variable', 'recipients', 'add', 'ada')).toMatchInlineSnapshot(`
			"Error: ada is not an age recipient
			  It begins with age1; the second line of an identity file names it.
			"
		`);
		const {recipient} = await shop.json('variable', 'recipients', 'show');
		expect(await refusal('variable', 'recipients', 'remove', recipient)).toBe(
			'The last recipient cannot be removed: the values would be unreadable.',
		);
		expect(await refusal('variable', 'recipients', 'remove', await newRecipient())).toBe(
			'age1RECIPIENT is not a recipient of environment production',
		);
	});

	it.each(['list', 'show'])('%s is refused for another project', async verb => {
		expect(await refusal('variable', 'recipients', verb, '--project', 'office')).toBe(
			'compartment.yml is of project shop, not office',
		);
	});
});

describe('access', () => {
	const passwordOf = async (): Promise<string> => (await shop.json('access', 'show')).password;

	const makePublic = () =>
		shop.write(
			'compartment.yml',
			'name: shop\nservices:\n  web: {kind: web, image: "app:good", port: 8080, accessMode: public}\n',
		);

	it('show prints the password and sign-in links', async () => {
		await shop.deploy();
		const password = await passwordOf();
		expect(password).toMatch(/^[\w-]{22}$/);
		expect(await shop.text('access', 'show')).toMatch(
			/^User: {5}compartment\nPassword: \S+\nhttp:\/\/compartment:\S+@shop\.localhost:9080\/\n$/,
		);
		expect(await shop.json('access', 'show')).toEqual({
			user: 'compartment',
			password,
			links: [`http://compartment:${password}@shop.localhost:9080/`],
		});
	});

	it('rotate changes the password, and does not print it', async () => {
		await shop.deploy();
		const before = await passwordOf();
		const {stdout, stderr, exitCode} = await shop.run('access', 'rotate');
		expect(exitCode).toBe(0);
		expect(stdout).toMatchInlineSnapshot(`
			"http://shop.localhost:9080
			Password and sign-in links: compartment access show
			"
		`);
		expect(stderr).toMatchInlineSnapshot(`
			"The new password signs in. The previous one is being withdrawn.
			The previous password no longer signs in.
			"
		`);
		const after = await passwordOf();
		expect(after).not.toBe(before);
		expect(stdout + stderr).not.toContain(after);
	});

	it('rotate prints a document as JSON, and nothing else', async () => {
		await shop.deploy();
		expect(await shop.json('access', 'rotate')).toEqual({
			user: 'compartment',
			urls: ['http://shop.localhost:9080'],
			hint: 'Password and sign-in links: compartment access show',
		});
	});

	it.each(['show', 'rotate'])('%s is refused where everything is public', async verb => {
		rmSync(join(shop.folder, 'compartment.routes.yml'));
		makePublic();
		await shop.deploy();
		expect(await refusal('access', verb)).toBe(
			'environment production has no access password: everything it serves is public',
		);
	});

	it('rotate fails with exit code 3 while another command works on the environment', async () => {
		await shop.deploy();
		const before = await passwordOf();
		expect((await shop.locked('access', 'rotate')).exitCode).toBe(3);
		expect(await passwordOf()).toBe(before);
	});
});

leavesNothingUntested('variables', {
	'variable run': {json: 'Its output is that of the program it runs.'},
});
