import {createHash} from 'node:crypto';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeEach, expect, test} from 'vitest';
import {findEngine} from '../../source/engine/docker-address.ts';
import {UserError} from '../../source/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'compartment-docker-config-'));
const env = {DOCKER_CONFIG: folder};
afterAll(() => rmSync(folder, {recursive: true}));
beforeEach(() => rmSync(join(folder, 'config.json'), {force: true}));

function writeContext(name: string, endpoint: object, certificates: readonly string[] = []): void {
	const id = createHash('sha256').update(name).digest('hex');
	mkdirSync(join(folder, 'contexts/meta', id), {recursive: true});
	writeFileSync(
		join(folder, 'contexts/meta', id, 'meta.json'),
		JSON.stringify({Name: name, Endpoints: {docker: endpoint}}),
	);
	for (const file of certificates) {
		mkdirSync(join(folder, 'contexts/tls', id, 'docker'), {recursive: true});
		writeFileSync(join(folder, 'contexts/tls', id, 'docker', file), file);
	}
}

test('without configuration, a well-known socket is used', () => {
	const found = findEngine(undefined, env);
	expect(found.lookedAt[0]).toBe('/var/run/docker.sock');
	expect(found.text).toBe(`unix://${'socketPath' in found.target ? found.target.socketPath : ''}`);
});

test.each([
	['unix:///run/other.sock', {socketPath: '/run/other.sock'}],
	['/run/other.sock', {socketPath: '/run/other.sock'}],
	['npipe:////./pipe/docker_engine', {socketPath: '//./pipe/docker_engine'}],
	['tcp://10.0.0.5', {host: '10.0.0.5', port: 2375, tls: undefined}],
	['tcp://10.0.0.5:4243', {host: '10.0.0.5', port: 4243, tls: undefined}],
	['10.0.0.5:2375', {host: '10.0.0.5', port: 2375, tls: undefined}],
	['tcp://[::1]:2375', {host: '::1', port: 2375, tls: undefined}],
	['ssh://me@host', {ssh: {host: 'host', user: 'me', socket: '/var/run/docker.sock'}}],
	['https://engine.example', {host: 'engine.example', port: 443, tls: {isUnverified: false}}],
])('DOCKER_HOST=%s is parsed', (host, target) => {
	expect(findEngine(undefined, {...env, DOCKER_HOST: host}).target).toEqual(target);
});

test('the given host overrides DOCKER_HOST, which overrides the context', () => {
	writeContext('remote', {Host: 'tcp://context:2375'});
	writeFileSync(join(folder, 'config.json'), JSON.stringify({currentContext: 'remote'}));
	expect(findEngine(undefined, env).text).toBe('tcp://context:2375');
	expect(findEngine(undefined, {...env, DOCKER_HOST: 'tcp://env:2375'}).text).toBe('tcp://env:2375');
	expect(findEngine('tcp://given:2375', {...env, DOCKER_HOST: 'tcp://env:2375'}).text).toBe('tcp://given:2375');
	expect(findEngine(undefined, {...env, DOCKER_CONTEXT: 'default'}).text).toMatch(/^unix:/);
});

test('a context’s certificates are used', () => {
	writeContext('secure', {Host: 'tcp://secure:2376', SkipTLSVerify: true}, ['ca.pem', 'cert.pem', 'key.pem']);
	expect(findEngine(undefined, {...env, DOCKER_CONTEXT: 'secure'}).target).toEqual({
		host: 'secure',
		port: 2376,
		tls: {
			ca: Buffer.from('ca.pem'),
			cert: Buffer.from('cert.pem'),
			key: Buffer.from('key.pem'),
			isUnverified: true,
			folder: expect.stringMatching(/contexts\/tls\/[0-9a-f]{64}\/docker$/),
		},
	});
});

test('with DOCKER_TLS_VERIFY the certificates in DOCKER_CERT_PATH are used', () => {
	const secure = {...env, DOCKER_HOST: 'tcp://secure', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder};
	writeFileSync(join(folder, 'ca.pem'), 'ca');
	expect(findEngine(undefined, secure).target).toMatchObject({
		port: 2376,
		tls: {ca: Buffer.from('ca'), isUnverified: false},
	});
	writeFileSync(join(folder, 'cert.pem'), 'cert');
	expect(() => findEngine(undefined, secure)).toThrow(/only one of cert.pem and key.pem/);
});

test.each([
	['ssh://-host', 'invalid engine address: ssh://-host: it names no host', /ssh:\/\/user@host/],
	['ftp://host', 'invalid engine address: ftp://host', /unix:\/\//],
	['tcp://', 'invalid engine address: tcp://', /tcp:\/\/host/],
])('%s is rejected with a hint', (host, message, hint) => {
	expect(() => findEngine(host, env)).toThrow(
		expect.objectContaining({name: 'UserError', message, hint: expect.stringMatching(hint)}),
	);
});

test('a missing context and an invalid configuration are errors that name the file', () => {
	expect(() => findEngine(undefined, {...env, DOCKER_CONTEXT: 'absent'})).toThrow(
		/docker context "absent" has no Docker endpoint/,
	);
	writeFileSync(join(folder, 'config.json'), '{');
	expect(() => findEngine(undefined, env)).toThrow(UserError);
	expect(() => findEngine(undefined, env)).toThrow(/config.json cannot be read/);
});
