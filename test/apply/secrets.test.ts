import {createHash} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest';
import {accessHeader, accessSlot, createAccess, needsAccess} from '../../source/apply/access-password.ts';
import {createSecretReader} from '../../source/apply/secret-reader.ts';
import type {Env, VariableScope} from '../../source/model/values.ts';
import {encryptValue, newRevision, ownRecipients} from '../../source/state/secrets.ts';
import type {State} from '../../source/state/state.ts';
import {newState} from '../../source/state/store.ts';
import {withVariable} from '../../source/state/variables.ts';
import {deployedWorld} from '../plan/world.ts';

const empty = newState({project: 'shop', environment: 'production'});
const scope: VariableScope = {type: 'service', name: 'web'};
const {desired} = deployedWorld().input;

let home: string;
beforeAll(() => {
	home = mkdtempSync(join(tmpdir(), 'compartment-secrets-'));
	vi.stubEnv('COMPARTMENT_CONFIG_HOME', home);
});
afterAll(() => {
	vi.unstubAllEnvs();
	rmSync(home, {recursive: true, force: true});
});

async function withSecret(state: State, key: string, value: string, where: VariableScope = scope): Promise<State> {
	const ciphertext = await encryptValue({lineage: state.lineage, scope: where, key, value}, await ownRecipients(state));
	const variable = {
		scope: where,
		key,
		source: 'user',
		revision: newRevision(),
		updatedAt: '',
		isSensitive: true,
	} as const;
	return withVariable(state, {...variable, ciphertext});
}

const secret = (key: string, where: VariableScope = scope) =>
	({type: 'secret', scope: where, key, revision: 'r'}) as const;

/** A reader that has already read these values. */
async function readerOf(...values: readonly string[]) {
	let state = empty;
	const env: Record<string, Env[string]> = {};
	for (const [index, value] of values.entries()) {
		state = await withSecret(state, `KEY_${index}`, value);
		env[`KEY_${index}`] = secret(`KEY_${index}`);
	}
	const reader = createSecretReader(() => state);
	const resolved = await reader.resolveEnv(env, desired);
	return {reader, resolved};
}

describe('the secret reader', () => {
	it('reads plain, sensitive and connected values', async () => {
		let state = await withSecret(empty, 'TOKEN', 'hunter2hunter2');
		state = await withSecret(state, 'POSTGRES_PASSWORD', 'p@ss/word', {type: 'resource', name: 'db'});
		const reader = createSecretReader(() => state);
		const env: Env = {
			PLAIN: {type: 'plain', value: 'text'},
			TOKEN: secret('TOKEN'),
			URL: {type: 'output', resource: 'db', output: 'connection-url', isSensitive: true, fingerprint: 'f'},
		};
		expect(await reader.resolveEnv(env, desired)).toEqual({
			PLAIN: 'text',
			TOKEN: 'hunter2hunter2',
			URL: 'postgres://app:p%40ss%2Fword@db.production.shop.resource.internal:5432/app',
		});
	});

	it('reads a value that was generated after the reader was created', async () => {
		let state = empty;
		const reader = createSecretReader(() => state);
		await expect(reader.resolveEnv({TOKEN: secret('TOKEN')}, desired)).rejects.toThrow(
			'Variable TOKEN of service.web has no value yet',
		);
		state = await withSecret(state, 'TOKEN', 'generated-later');
		expect(await reader.resolveEnv({TOKEN: secret('TOKEN')}, desired)).toEqual({TOKEN: 'generated-later'});
	});

	it('names the output that it cannot resolve', async () => {
		const env: Env = {URL: {type: 'output', resource: 'gone', output: 'url', isSensitive: true, fingerprint: null}};
		const reader = createSecretReader(() => empty);
		await expect(reader.resolveEnv(env, desired)).rejects.toThrow('Resource output "gone.url" could not be resolved.');
	});
});

describe('masking', () => {
	it('hides a value plain, in base64 and in a URL', async () => {
		const value = 'pa ss/wö+rd?=1';
		const {reader} = await readerOf(value);
		const forms = [
			value,
			encodeURIComponent(value),
			Buffer.from(value).toString('base64'),
			Buffer.from(value).toString('base64url'),
		];
		for (const form of forms) expect(reader.mask(`a ${form} b ${form}`)).toBe('a ‹hidden› b ‹hidden›');
	});

	it('hides a value in JSON and in the base64 of a longer text', async () => {
		const value = 'a "quoted" \\ value\twith ü';
		const {reader} = await readerOf(value);
		expect(reader.mask(JSON.stringify({token: value, other: 1}))).toBe('{"token":"‹hidden›","other":1}');
		for (const user of ['', 'a', 'ab', 'abc', 'user:'])
			for (const after of ['', 'x', 'xy', 'xyz']) {
				const text = Buffer.from(user + value + after);
				for (const encoding of ['base64', 'base64url'] as const) {
					const shown = reader.mask(`Basic ${text.toString(encoding)}.`);
					expect(shown).toMatch(/^Basic .{0,9}‹hidden›.{0,8}\.$/);
				}
			}
	});

	it('hides every long line of a multi-line value', async () => {
		const {reader} = await readerOf('-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\n}\n');
		expect(reader.mask('read MIIEvQIBADANBgkqhkiG9w0')).toBe('read ‹hidden›');
		expect(reader.mask('function () { }')).toBe('function () { }');
	});

	it('hides overlapping values together', async () => {
		const {reader} = await readerOf('abcdef-ghijkl', 'ghijkl-mnopqr');
		expect(reader.mask('1 abcdef-ghijkl-mnopqr 2 ghijkl-mnopqr 3 ghijkl')).toBe('1 ‹hidden› 2 ‹hidden› 3 ghijkl');
	});

	it('hides exactly what replacing every form would hide, in any text', async () => {
		const values = ['secret-one', 'one-secret', 'secret', 'otherwise'];
		const {reader} = await readerOf(...values);
		fc.assert(
			fc.property(fc.array(fc.oneof(fc.constantFrom(...values, ...' -o'), fc.string({maxLength: 8}))), parts => {
				const text = parts.join('');
				const shown = reader.mask(text);
				for (const value of values) expect(shown).not.toContain(value);
				if (!values.some(value => text.includes(value))) expect(shown).toBe(text);
			}),
		);
	});

	it('hides the longest form first, so that no part of it stays visible', async () => {
		const {reader} = await readerOf('secret-value', 'secret-value-and-more');
		expect(reader.mask('secret-value-and-more, secret-value')).toBe('‹hidden›, ‹hidden›');
	});

	it('hides expanded outputs', async () => {
		const state = await withSecret(empty, 'POSTGRES_PASSWORD', 'p@ssword', {type: 'resource', name: 'db'});
		const reader = createSecretReader(() => state);
		const env: Env = {
			URL: {type: 'output', resource: 'db', output: 'connection-url', isSensitive: true, fingerprint: 'f'},
		};
		const {URL: url} = await reader.resolveEnv(env, desired);
		expect(reader.mask(`connecting to ${url}`)).toBe('connecting to ‹hidden›');
	});

	it('does not hide values that are too short', async () => {
		const {reader} = await readerOf('12345');
		expect(reader.mask('port 12345')).toBe('port 12345');
	});

	it('treats a value as text, not as a pattern', async () => {
		const {reader} = await readerOf('.*.*.*');
		expect(reader.mask('anything at all, and .*.*.* too')).toBe('anything at all, and ‹hidden› too');
	});

	it('hides every value that was read, in any text', async () => {
		const value = fc.string({minLength: 6, maxLength: 20, unit: 'grapheme'}).filter(text => !'‹hidden›'.includes(text));
		await fc.assert(
			fc.asyncProperty(value, fc.string(), fc.string(), async (text, before, after) => {
				const {reader} = await readerOf(text);
				const masked = reader.mask(before + text + after);
				fc.pre(!(before + after).includes(text));
				expect(masked.replaceAll('‹hidden›', '\0').includes(text)).toBe(false);
			}),
			{numRuns: 25},
		);
	});
});

describe('the access password', () => {
	it('is random and encrypted, and the router gets only the hash of its header', async () => {
		const access = await createAccess(empty);
		const reader = createSecretReader(() => ({...empty, access}));
		const password = await reader.readCiphertext(access.ciphertext, accessSlot.scope, accessSlot.key);
		expect(Buffer.from(password, 'base64url')).toHaveLength(16);
		expect(access.headerHash).toBe(createHash('sha256').update(accessHeader(password)).digest('hex'));
		expect(JSON.stringify(access)).not.toContain(password);
		expect((await createAccess(empty)).headerHash).not.toBe(access.headerHash);
	});

	it('is sent as basic authentication', () => {
		expect(accessHeader('pass:word')).toBe(`Basic ${btoa('compartment:pass:word')}`);
	});

	it('is needed as soon as one service requires it', () => {
		const withAccess = (...modes: readonly ('authenticated' | 'public')[]): State => ({
			...empty,
			routes: {hosts: {}, rules: [], access: Object.fromEntries(modes.map((mode, index) => [`s${index}`, mode]))},
		});
		expect(needsAccess(empty)).toBe(false);
		expect(needsAccess(withAccess('public'))).toBe(false);
		expect(needsAccess(withAccess('public', 'authenticated'))).toBe(true);
	});
});
