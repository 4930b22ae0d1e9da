import {describe, expect, it} from 'vitest';
import {UserError} from '../../source/errors.ts';
import {describeDesired, type KnownVariable} from '../../source/model/desired.ts';
import type {Desired, DesiredService} from '../../source/model/specs.ts';
import {read} from '../descriptor/support.ts';

type Options = {readonly variables?: readonly KnownVariable[]; readonly environment?: string; readonly routes?: string};

const desiredOf = (descriptor: string, {variables = [], environment = 'production', routes}: Options = {}): Desired =>
	describeDesired({project: read(descriptor, routes), environment, variables, baseDomain: 'localhost', volumes: {}});

const service = (descriptor: string, options?: Options): DesiredService => desiredOf(descriptor, options).services[0]!;

const variable = (scope: 'environment' | `service.${string}` | `resource.${string}`, key: string, value: string) => {
	const [type, name] = scope.split('.') as ['environment' | 'service' | 'resource', string];
	return {
		scope: type === 'environment' ? {type} : {type, name},
		key,
		revision: `revision of ${value}`,
		isSensitive: false,
		value,
	} as KnownVariable;
};

const sensitive = (known: KnownVariable): KnownVariable => ({
	scope: known.scope,
	key: known.key,
	revision: known.revision,
	isSensitive: true,
});

const withDatabase = `
name: shop
services:
  api:
    path: api
    kind: api
    env: {LOG: info}
    connections: {db: {env: {DATABASE_URL: connection-url, USER: user}}}
resources:
  db:
    image: postgres:16
    env: {POSTGRES_USER: app}
    generatedVariables: {POSTGRES_PASSWORD: {generator: token}}
    ports: [5432]
    volumes: {data: /data}
    outputs:
      connection-url: {sensitive: true, value: 'postgres://\${env.POSTGRES_USER}:\${env.POSTGRES_PASSWORD}@\${resource.host}/'}
      user: {sensitive: false, value: '\${env.POSTGRES_USER}'}
`;

describe('the environment of a service', () => {
	const logOf = (...variables: KnownVariable[]) => service(withDatabase, {variables}).spec.env['LOG'];

	it('prefers service variables to environment variables to literals (docs/rules.md, "Precedence")', () => {
		expect(logOf()).toEqual({type: 'plain', value: 'info'});
		expect(logOf(variable('environment', 'LOG', 'warn'))).toEqual({type: 'plain', value: 'warn'});
		const both = [variable('service.api', 'LOG', 'debug'), variable('environment', 'LOG', 'warn')];
		expect(logOf(...both)).toEqual({type: 'plain', value: 'debug'});
		expect(logOf(...both.toReversed())).toEqual({type: 'plain', value: 'debug'});
	});

	it('gets nothing from other services or from resources', () => {
		const strangers = [variable('service.web', 'LOG', 'x'), variable('resource.db', 'LOG', 'y')];
		expect(logOf(...strangers)).toEqual({type: 'plain', value: 'info'});
	});

	it('identifies a sensitive variable by its revision, never by its value', () => {
		expect(logOf(sensitive(variable('service.api', 'LOG', 'hunter2')))).toEqual({
			type: 'secret',
			scope: {type: 'service', name: 'api'},
			key: 'LOG',
			revision: 'revision of hunter2',
		});
	});

	it('prefers service variables to connections to environment variables', () => {
		const url = (...variables: KnownVariable[]) => service(withDatabase, {variables}).spec.env['DATABASE_URL'];
		expect(url(variable('environment', 'DATABASE_URL', 'x'))).toMatchObject({
			type: 'output',
			resource: 'db',
			output: 'connection-url',
			isSensitive: true,
		});
		expect(url(variable('service.api', 'DATABASE_URL', 'x'))).toEqual({type: 'plain', value: 'x'});
	});

	it('has an output only once its generated variable exists', () => {
		const fingerprints = (...variables: KnownVariable[]) =>
			['DATABASE_URL', 'USER'].map(key => {
				const value = service(withDatabase, {variables}).spec.env[key]!;
				return value.type === 'output' ? value.fingerprint : 'no output';
			});
		expect(fingerprints()).toEqual([null, expect.stringMatching(/^[0-9a-f]{16}$/)]);
		const generated = sensitive(variable('resource.db', 'POSTGRES_PASSWORD', 'p'));
		const [url, user] = fingerprints(generated);
		expect(url).toMatch(/^[0-9a-f]{16}$/);
		expect(user).toBe(fingerprints()[1]);
		expect(fingerprints({...generated, revision: 'other'})[0]).not.toBe(url);
		expect(fingerprints(variable('resource.db', 'POSTGRES_USER', 'root'))[1]).not.toBe(user);
	});

	it('refuses a connection to an undeclared resource or output', () => {
		const project = read(withDatabase);
		const input = {environment: 'production', variables: [], baseDomain: 'localhost', volumes: {}};
		expect(() => describeDesired({...input, project: {...project, resources: []}})).toThrow(UserError);
	});
});

describe('a resource', () => {
	const db = (...variables: KnownVariable[]) => desiredOf(withDatabase, {variables}).resources[0]!;

	it('prefers its own variables to literals and generated ones', () => {
		expect(db().spec.env).toEqual({
			POSTGRES_USER: {type: 'plain', value: 'app'},
			POSTGRES_PASSWORD: {
				type: 'secret',
				scope: {type: 'resource', name: 'db'},
				key: 'POSTGRES_PASSWORD',
				revision: null,
			},
		});
		expect(db(variable('resource.db', 'POSTGRES_USER', 'root')).spec.env['POSTGRES_USER']).toEqual({
			type: 'plain',
			value: 'root',
		});
	});

	it('inherits nothing from the environment or from services (docs/rules.md, "Scopes")', () => {
		const strangers = [variable('environment', 'POSTGRES_USER', 'x'), variable('service.db', 'POSTGRES_USER', 'y')];
		expect(db(...strangers).spec.env).toEqual(db().spec.env);
	});

	it('has its own names on the engine', () => {
		expect(db().containerName).toBe('compartment-shop.production.resource.db');
		expect(db().spec.hostname).toBe('db.production.shop.resource.internal');
		expect(desiredOf(withDatabase).volumes).toEqual([
			{
				address: 'volume.db.data',
				owner: 'db',
				handle: 'data',
				name: 'compartment-shop.production.resource.db.data',
				mountPath: '/data',
			},
		]);
	});
});

describe('the port of a service', () => {
	const port = (fields: string, ...variables: KnownVariable[]) =>
		service(`name: shop\nservices: {web: {path: ., ${fields}}}\n`, {variables}).spec.port;

	it('is variable PORT, else the declared one, else left to the image', () => {
		expect(port('port: 8080', variable('service.web', 'PORT', '9000'))).toBe(9000);
		expect(port('port: 8080, env: {PORT: "7000"}')).toBe(7000);
		expect(port('port: 8080')).toBe(8080);
		expect(port('kind: web')).toBeUndefined();
	});

	it.each(['0', '-1', 'http', '80.5', '', ' 80', '65536', '99999', '0x50', '080'])('is not %j', text => {
		expect(port('port: 8080', variable('environment', 'PORT', text))).toBe(8080);
		expect(port('kind: web', variable('environment', 'PORT', text))).toBeUndefined();
	});

	it('can be 65535', () => {
		expect(port('kind: web', variable('environment', 'PORT', '65535'))).toBe(65_535);
	});

	it('is never read from a sensitive variable, which plans must not read', () => {
		expect(port('port: 8080', sensitive(variable('environment', 'PORT', '9000')))).toBe(8080);
	});
});

describe('the hosts of a service', () => {
	const hosts = (fields: string, options?: Options) => service(`name: shop\nservices: {${fields}}\n`, options).hosts;

	it('are the default host and its domain', () => {
		expect(hosts('web: .')).toEqual(['shop.localhost']);
		expect(hosts('admin: .', {environment: 'staging'})).toEqual(['admin-shop-staging.localhost']);
		expect(hosts('web: {path: ., domain: Shop.Example.COM}')).toEqual(['shop.localhost', 'shop.example.com']);
	});

	it('contain a domain once if it is the default host', () => {
		expect(hosts('web: {path: ., domain: shop.localhost}')).toEqual(['shop.localhost']);
	});

	it('are empty for a service that is not exposed', () => {
		expect(hosts('api: {path: ., kind: api}')).toEqual([]);
		expect(hosts('api: {path: ., kind: api, accessMode: public}')).toEqual(['api-shop.localhost']);
		expect(hosts('jobs: {path: ., kind: worker}')).toEqual([]);
	});
});

describe('an image', () => {
	it('is built from source or prebuilt', () => {
		expect(service('name: shop\nservices: {web: .}\n').image).toEqual({type: 'build'});
		expect(service('name: shop\nservices: {web: {image: "nginx:1"}}\n').image).toEqual({
			type: 'prebuilt',
			reference: 'nginx:1',
		});
	});
});
