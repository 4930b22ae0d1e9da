import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {UserError} from '../../source/errors.ts';
import {expandOutput, outputFingerprint} from '../../source/model/outputs.ts';
import type {Env, EnvValue} from '../../source/model/values.ts';

const context = {project: 'shop', environment: 'production', resource: 'db'};
const expand = (template: string, env: Readonly<Record<string, string>> = {}): string =>
	expandOutput(template, context, key => (Object.hasOwn(env, key) ? env[key] : undefined));

const url = 'postgres://${env.USER}:${env.PASSWORD}@${resource.host}:5432/${env.NAME}';

describe('expandOutput', () => {
	it('expands every placeholder', () => {
		expect(expand('${resource.name} ${project.name} ${environment.name}')).toBe('db shop production');
		expect(expand('${resource.host}')).toBe('db.production.shop.resource.internal');
		expect(expand('${env.A}${env.B}', {A: '1', B: ''})).toBe('1');
	});

	it('expands once: placeholders in a value are kept', () => {
		expect(expand('${env.A}', {A: '${env.B} ${resource.name} $& $1', B: 'no'})).toBe('${env.B} ${resource.name} $& $1');
	});

	it('encodes values in a URL, and only there', () => {
		expect(expand('${env.PASSWORD}', {PASSWORD: 'a@b/c'})).toBe('a@b/c');
		expect(expand(url, {USER: 'me', PASSWORD: 'a@b/c:d?e#f %', NAME: 'app'})).toBe(
			'postgres://me:a%40b%2Fc%3Ad%3Fe%23f%20%25@db.production.shop.resource.internal:5432/app',
		);
	});

	it('makes a URL from which the values can be read back', () => {
		const word = fc.string({minLength: 1, unit: 'grapheme'});
		fc.assert(
			fc.property(word, word, word, (user, password, name) => {
				const parsed = new URL(expand(url, {USER: user, PASSWORD: password, NAME: `x${name}`}));
				expect(decodeURIComponent(parsed.username)).toBe(user);
				expect(decodeURIComponent(parsed.password)).toBe(password);
				expect(decodeURIComponent(parsed.pathname)).toBe(`/x${name}`);
				expect(parsed.host).toBe('db.production.shop.resource.internal:5432');
			}),
		);
	});

	it('refuses unknown placeholders and missing values by name', () => {
		expect(() => expand('${resource.port}')).toThrow(
			new UserError('Unsupported resource output template placeholder "resource.port".'),
		);
		expect(() => expand('${env.MISSING}')).toThrow(
			new UserError('Resource output template references missing env value "MISSING".'),
		);
		expect(() => expand('${constructor}')).toThrow(UserError);
		expect(() => expand('${env.constructor}')).toThrow(UserError);
	});
});

const plain = (value: string): EnvValue => ({type: 'plain', value});
const secret = (revision: string | null): EnvValue => ({
	type: 'secret',
	scope: {type: 'resource', name: 'db'},
	key: 'PASSWORD',
	revision,
});

const output = {sensitive: true, value: url};
const base: Env = {USER: plain('app'), PASSWORD: secret('r1'), NAME: plain('app'), OTHER: plain('1')};
const fingerprint = (env: Env = base, value = url, place = context) =>
	outputFingerprint({...output, value}, place, env);

describe('outputFingerprint', () => {
	it('stays the same while no input changes', () => {
		expect(fingerprint()).toMatch(/^[0-9a-f]{16}$/);
		expect(fingerprint()).toBe(fingerprint({...base, OTHER: plain('2'), MORE: secret(null)}));
	});

	it('changes with every input', () => {
		const changed = [
			fingerprint({...base, USER: plain('root')}),
			fingerprint({...base, PASSWORD: secret('r2')}),
			fingerprint({...base, PASSWORD: plain('r1')}),
			fingerprint(base, `${url}?sslmode=require`),
			fingerprint(base, url, {...context, environment: 'staging'}),
			fingerprint(base, url, {...context, project: 'other'}),
			fingerprint(base, url, {...context, resource: 'main'}),
		];
		expect(new Set([fingerprint(), ...changed]).size).toBe(changed.length + 1);
	});

	it('changes if and only if a value in it changes', () => {
		const value = fc.oneof(fc.string().map(plain), fc.stringMatching(/^[0-9a-f]{4}$/).map(secret));
		const env = fc.record({A: value, B: value});
		fc.assert(
			fc.property(env, env, (one, other) => {
				const of = (of: Env) => outputFingerprint({sensitive: false, value: '${env.A}|${env.B}'}, context, of);
				// Values that contain the separator are ambiguous.
				fc.pre(!JSON.stringify([one, other]).includes('|'));
				expect(of(one) === of(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
			}),
		);
	});

	it('is null while a value is yet to be generated', () => {
		expect(fingerprint({...base, PASSWORD: secret(null)})).toBeNull();
		expect(fingerprint({...base, PASSWORD: secret(null)}, '${resource.host}')).not.toBeNull();
	});

	it('reveals nothing about a secret: it is the same for every value of a revision', () => {
		expect(JSON.stringify(base)).not.toContain('hunter2');
		expect(fingerprint({...base, PASSWORD: secret('r1')})).toBe(fingerprint());
	});
});
