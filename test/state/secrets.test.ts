import {chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {UserError} from '../../source/errors.ts';
import {scopeWords, type VariableScope} from '../../source/model/values.ts';
import {renderHint} from '../../source/render-hint.ts';
import {encryptText} from '../../source/state/age.ts';
import {
	decryptValue,
	encryptValue,
	ensureIdentity,
	identityFor,
	newRevision,
	ownRecipients,
	readIdentity,
} from '../../source/state/secrets.ts';
import {withVariable} from '../../source/state/variables.ts';
import {emptyState, owner, temporaryDirectory} from './fixtures.ts';

const {lineage} = owner;
const web: VariableScope = {type: 'service', name: 'web'};
const newHome = () => ({COMPARTMENT_CONFIG_HOME: join(temporaryDirectory(), 'own')});

describe('the identity', () => {
	it('is created once, for this user alone', async () => {
		const env = newHome();
		const identity = await ensureIdentity(env);
		const path = join(env.COMPARTMENT_CONFIG_HOME, 'identity');
		expect(identity).toMatchObject({path, recipient: expect.stringMatching(/^age1[0-9a-z]{58}$/)});
		expect((await ensureIdentity(env)).recipient).toBe(identity.recipient);
		expect((await readIdentity(env)).recipient).toBe(identity.recipient);
		expect(statSync(path).mode & 0o777).toBe(0o600);
		expect(readdirSync(env.COMPARTMENT_CONFIG_HOME)).toEqual(['identity']);
	});

	it('is the same for two processes that create it at the same time', async () => {
		const env = newHome();
		const identities = await Promise.all(Array.from({length: 5}, () => ensureIdentity(env)));
		expect(new Set(identities.map(({recipient}) => recipient)).size).toBe(1);
	});

	it('does not print its secret', async () => {
		const env = newHome();
		const identity = await ensureIdentity(env);
		const secret = /AGE-SECRET-KEY-1\w+/.exec(readFileSync(identity.path, 'utf8'))![0];
		const {inspect} = await import('node:util');
		expect(JSON.stringify(identity) + inspect(identity, {depth: 9, showHidden: true})).not.toContain(secret);
	});

	it('is read from where the environment variables say', async () => {
		const directory = temporaryDirectory();
		const made = await ensureIdentity({COMPARTMENT_CONFIG_HOME: directory});
		// A mounted secret is a link to a file that a group may read.
		chmodSync(made.path, 0o640);
		symlinkSync(made.path, join(directory, 'mounted'));
		const chosen = await readIdentity({COMPARTMENT_IDENTITY_FILE: join(directory, 'mounted')});
		expect(chosen.recipient).toBe(made.recipient);
		expect(statSync(made.path).mode & 0o777).toBe(0o640);
		expect((await ensureIdentity({XDG_CONFIG_HOME: directory})).path).toBe(join(directory, 'compartment', 'identity'));
	});

	it('has an error with a way out when it is missing, invalid or a link', async () => {
		const env = newHome();
		const path = join(env.COMPARTMENT_CONFIG_HOME, 'identity');
		const missing = await readIdentity(env).catch((error: unknown) => error);
		expect(missing).toBeInstanceOf(UserError);
		expect(missing).toMatchObject({
			message: expect.stringContaining(path),
		});
		expect(renderHint((missing as UserError).hint!, {environment: 'production'})).toMatch(
			/COMPARTMENT_IDENTITY_FILE.*compartment variable recipients add/,
		);
		mkdirSync(env.COMPARTMENT_CONFIG_HOME);
		writeFileSync(path, 'AGE-SECRET-KEY-1BROKEN\n');
		const broken = (await readIdentity(env).catch((error: unknown) => error)) as UserError;
		expect(broken.message).toContain('is not an age identity');
		expect(String(broken.cause)).not.toContain('BROKEN');
		await expect(ensureIdentity(env)).rejects.toThrow(/is not an age identity/);
		const linked = newHome();
		mkdirSync(linked.COMPARTMENT_CONFIG_HOME);
		symlinkSync(path, join(linked.COMPARTMENT_CONFIG_HOME, 'identity'));
		await expect(readIdentity(linked)).rejects.toThrow(/symbolic link/);
	});

	it('is not replaced for a state that already holds sensitive values', async () => {
		const env = newHome();
		const sensitive = withVariable(emptyState(), {
			scope: web,
			key: 'TOKEN',
			source: 'user',
			revision: newRevision(),
			updatedAt: '2026-03-29T10:00:00.000Z',
			isSensitive: true,
			ciphertext: 'x',
		});
		await expect(identityFor(sensitive, env)).rejects.toThrow(/No identity to decrypt/);
		const made = await identityFor(emptyState(), env);
		expect((await identityFor(sensitive, env)).recipient).toBe(made.recipient);
	});
});

describe('a sensitive value', () => {
	it('is decrypted to the text that was encrypted', async () => {
		const identity = await ensureIdentity(newHome());
		await fc.assert(
			fc.asyncProperty(fc.string({unit: 'binary', maxLength: 300}), fc.string({minLength: 1}), async (value, key) => {
				const ciphertext = await encryptValue({lineage, scope: web, key, value}, [identity.recipient]);
				expect(ciphertext).toMatch(/^[A-Za-z0-9+/]+=*$/);
				expect(await decryptValue(ciphertext, {lineage, scope: web, key}, identity)).toBe(value);
			}),
			{numRuns: 60},
		);
	});

	it('has a new ciphertext every time, for one or several recipients', async () => {
		const [first, second] = [await ensureIdentity(newHome()), await ensureIdentity(newHome())];
		const secret = {lineage, scope: web, key: 'TOKEN', value: 'canary-value'};
		const both = [first.recipient, second.recipient];
		const ciphertext = await encryptValue(secret, both);
		expect(ciphertext).not.toBe(await encryptValue(secret, both));
		expect(Buffer.from(ciphertext, 'base64').toString('latin1')).not.toContain('canary');
		for (const identity of [first, second])
			expect(await decryptValue(ciphertext, secret, identity)).toBe('canary-value');
	});

	it('is refused in the place of another value', async () => {
		const identity = await ensureIdentity(newHome());
		const ciphertext = await encryptValue({lineage, scope: web, key: 'TOKEN', value: 'v'}, [identity.recipient]);
		const places: readonly {scope: VariableScope; key: string}[] = [
			{scope: web, key: 'OTHER'},
			{scope: {type: 'resource', name: 'web'}, key: 'TOKEN'},
			{scope: {type: 'service', name: 'api'}, key: 'TOKEN'},
			{scope: {type: 'environment'}, key: 'TOKEN'},
		];
		for (const place of places) {
			const error = await decryptValue(ciphertext, {lineage, ...place}, identity).catch((thrown: unknown) => thrown);
			expect(error).toBeInstanceOf(UserError);
			expect((error as UserError).message).toContain('is that of TOKEN of service.web: the two were swapped');
			const words = [place.key, ...scopeWords(place.scope), '--sensitive', '--stdin', '--env', 'staging'];
			expect(renderHint((error as UserError).hint!, {environment: 'staging'})).toContain(
				`compartment variable set ${words.join(' ')}`,
			);
		}
	});

	it('is refused in the state of another environment or project, and read if an older version wrote it', async () => {
		const {recipient, ...identity} = await ensureIdentity(newHome());
		const place = {scope: web, key: 'TOKEN'};
		const ciphertext = await encryptValue({lineage, ...place, value: 'v'}, [recipient]);
		const there = {lineage: '00000000-0000-4000-8000-000000000002', ...place};
		await expect(decryptValue(ciphertext, there, {recipient, ...identity})).rejects.toThrow(
			'was encrypted for another environment or project',
		);
		const older = await encryptText(JSON.stringify({address: 'service.web', key: 'TOKEN', value: 'v'}), [recipient]);
		expect(await decryptValue(older.toString('base64'), there, {recipient, ...identity})).toBe('v');
	});

	it('has different errors for damage and for another identity', async () => {
		const [mine, other] = [await ensureIdentity(newHome()), await ensureIdentity(newHome())];
		const place = {lineage, scope: web, key: 'TOKEN'};
		const ciphertext = await encryptValue({...place, value: 'v'}, [mine.recipient]);
		await expect(decryptValue(ciphertext, place, other)).rejects.toThrow(/not encrypted for the identity/);
		const bytes = Buffer.from(ciphertext, 'base64');
		bytes[bytes.length - 1]! ^= 1;
		await expect(decryptValue(bytes.toString('base64'), place, mine)).rejects.toThrow(/is damaged/);
		await expect(decryptValue('', place, mine)).rejects.toThrow(/is damaged/);
	});

	it('gets a new random revision', () => {
		expect(newRevision()).toMatch(/^[0-9a-f]{16}$/);
		expect(newRevision()).not.toBe(newRevision());
	});

	it("is encrypted for the user's identity", async () => {
		const env = newHome();
		expect(await ownRecipients(emptyState(), env)).toEqual([(await readIdentity(env)).recipient]);
	});
});
