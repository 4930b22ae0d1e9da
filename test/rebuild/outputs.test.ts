import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {expandOutput, outputFingerprint} from '../../source/model/outputs.ts';
import type {Env} from '../../source/model/values.ts';
import {changedPasswords, withFingerprint} from '../../source/rebuild/outputs.ts';

const context = {project: 'shop', environment: 'production', resource: 'db'};
const record = {
	spec: {
		image: 'postgres:16',
		env: {},
		hostname: 'db',
		ports: [],
		volumes: {},
	},
};

const templates = [
	'postgres://app:${env.POSTGRES_PASSWORD}@${resource.host}:5432/app',
	'${env.POSTGRES_PASSWORD}',
	'host=${resource.host} password=${env.POSTGRES_PASSWORD} user=${env.POSTGRES_USER}',
	'${env.POSTGRES_PASSWORD}/${env.POSTGRES_PASSWORD}',
];

const seenWith = (value: string, env: Readonly<Record<string, string>>) => {
	const output = {sensitive: true, value};
	return {output, text: expandOutput(value, context, key => env[key])};
};

describe('a password that was changed', () => {
	it('is found in what a template made of it', () => {
		fc.assert(
			fc.property(
				fc.constantFrom(...templates),
				fc.string({minLength: 1}),
				fc.string({minLength: 1}),
				(template, old, next) => {
					const env = {POSTGRES_USER: 'app', POSTGRES_PASSWORD: old};
					const seen = seenWith(template, {...env, POSTGRES_PASSWORD: next});
					const found = changedPasswords(record, context, env, [seen]);
					expect(found).toEqual(next === old ? {} : {POSTGRES_PASSWORD: next});
				},
			),
		);
	});

	it('is taken from the newest container', () => {
		const env = {POSTGRES_PASSWORD: 'first'};
		const seen = ['third', 'second'].map(value => seenWith(templates[0]!, {POSTGRES_PASSWORD: value}));
		expect(changedPasswords(record, context, env, seen)).toEqual({POSTGRES_PASSWORD: 'third'});
	});

	it.each([
		['a text that the template does not make', [{output: {sensitive: true, value: templates[0]!}, text: 'elsewhere'}]],
		['a template without it', [seenWith('${resource.host}', {})]],
		['a template with a variable that is missing', [{output: {sensitive: true, value: '${env.NONE}'}, text: 'x'}]],
		[
			'a text that no URL has',
			[
				{
					output: {sensitive: true, value: templates[0]!},
					text: 'postgres://app:%zz@db.production.shop.resource.internal:5432/app',
				},
			],
		],
	])('is not found in %s', (_, seen) => {
		expect(changedPasswords(record, context, {POSTGRES_PASSWORD: 'first'}, seen)).toEqual({});
	});

	it('is not looked for in what is no database', () => {
		const other = {spec: {...record.spec, image: 'redis:7'}};
		const seen = [seenWith(templates[0]!, {POSTGRES_PASSWORD: 'next'})];
		expect(changedPasswords(other, context, {POSTGRES_PASSWORD: 'first'}, seen)).toEqual({});
	});
});

describe('the fingerprint of an output', () => {
	const env: Env = {
		POSTGRES_PASSWORD: {
			type: 'secret',
			scope: {type: 'resource', name: 'db'},
			key: 'POSTGRES_PASSWORD',
			revision: 'ab12',
		},
	};
	const value = {type: 'output', resource: 'db', output: 'url', isSensitive: true, fingerprint: 'recorded'} as const;

	it('is that of the resource where the container has its value', () => {
		const clear = {POSTGRES_PASSWORD: 'same'};
		const seen = seenWith(templates[0]!, clear);
		expect(withFingerprint(value, seen, context, {env, clear})).toEqual({
			...value,
			fingerprint: outputFingerprint(seen.output, context, env),
		});
	});

	it('stays as recorded where it has another value, so that the plan shows it', () => {
		const seen = seenWith(templates[0]!, {POSTGRES_PASSWORD: 'another'});
		expect(withFingerprint(value, seen, context, {env, clear: {POSTGRES_PASSWORD: 'same'}})).toBe(value);
	});
});
