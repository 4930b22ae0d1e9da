import {chmodSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {findCredentials} from '../../source/registries/find-credentials.ts';
import {encode, withDockerHome} from './home.ts';

const home = withDockerHome();

const keep = 'cat >"$KEPT"';
const answer = (username: string, secret: string): string =>
	`cat >"$KEPT"; echo '${JSON.stringify({ServerURL: 'x', Username: username, Secret: secret})}'`;

describe('credentials', () => {
	it('are none without a configuration', async () => {
		expect(await findCredentials('ghcr.io')).toEqual({});
		home.configure('');
		expect(await findCredentials('ghcr.io')).toEqual({});
		home.configure({auths: null, credHelpers: [], credsStore: 7});
		expect(await findCredentials('ghcr.io')).toEqual({});
	});

	it('of the file are found under each spelling of a host', async () => {
		home.configure({
			auths: {
				'https://index.docker.io/v1/': {auth: encode('hub:a:b')},
				'https://a.example/v2/': {auth: encode('user:ü€')},
				'b.example:5000': {username: 'plain', password: 'text'},
				'c.example': {auth: encode('octocat:'), identitytoken: 'token'},
				'd.example': {registrytoken: 'bearer'},
				'e.example': {},
				'f.example': {auth: encode('nul:word\0\0')},
				'g.example': {auth: '!!!'},
			},
		});
		expect(await findCredentials('docker.io')).toEqual({credentials: {username: 'hub', password: 'a:b'}});
		expect(await findCredentials('a.example')).toEqual({credentials: {username: 'user', password: 'ü€'}});
		expect(await findCredentials('b.example:5000')).toEqual({credentials: {username: 'plain', password: 'text'}});
		expect(await findCredentials('b.example')).toEqual({});
		expect(await findCredentials('c.example')).toEqual({credentials: {username: 'octocat', identityToken: 'token'}});
		expect(await findCredentials('d.example')).toEqual({credentials: {registryToken: 'bearer'}});
		expect(await findCredentials('e.example')).toEqual({});
		expect(await findCredentials('f.example')).toEqual({credentials: {username: 'nul', password: 'word'}});
		expect(await findCredentials('g.example')).toEqual({});
	});

	it('come from the helper of the host, else from that of all hosts, else from the file', async () => {
		home.addHelper('one', answer('one', 'secret-1'));
		home.addHelper('all', answer('<token>', 'secret-2'));
		const auths = {'a.example': {auth: encode('file:x')}, 'b.example': {auth: encode('file:x')}};
		home.configure({auths, credHelpers: {'a.example': 'one', 'c.example': ''}, credsStore: 'all'});
		expect(await findCredentials('a.example')).toEqual({credentials: {username: 'one', password: 'secret-1'}});
		expect(home.kept()).toBe('a.example');
		expect(await findCredentials('docker.io')).toEqual({credentials: {identityToken: 'secret-2'}});
		expect(home.kept()).toBe('https://index.docker.io/v1/');
		expect(await findCredentials('b.example')).toEqual({credentials: {identityToken: 'secret-2'}});
		expect(await findCredentials('c.example')).toEqual({});
		home.configure({auths, credHelpers: {'a.example': 'one'}});
		expect(await findCredentials('b.example')).toEqual({credentials: {username: 'file', password: 'x'}});
	});

	it('are none when the helper has none', async () => {
		home.configure({credsStore: 'empty'});
		home.addHelper('empty', `${keep}; echo 'credentials not found in native keychain'; exit 1`);
		expect(await findCredentials('ghcr.io')).toEqual({});
	});
});

describe('a problem is reported, and never quotes a secret', () => {
	it.each([
		[
			'a helper that is not there',
			'absent',
			undefined,
			'the credential helper docker-credential-absent is not on the PATH',
		],
		[
			'a name that is a path',
			'../evil',
			undefined,
			'the credential helper docker-credential-../evil is not on the PATH',
		],
		[
			'a helper that fails',
			'bad',
			`${keep}; echo 'the key ring is locked'; exit 3`,
			'docker-credential-bad get failed with exit code 3: the key ring is locked',
		],
		[
			'a helper that fails on stderr',
			'bad',
			`${keep}; echo 'gpg: no agent' >&2; exit 2`,
			'docker-credential-bad get failed with exit code 2: gpg: no agent',
		],
		[
			'a helper that fails after its answer',
			'bad',
			`${answer('u', 'hunter2')}; exit 1`,
			'docker-credential-bad get failed with exit code 1',
		],
		[
			'a helper that answers nonsense',
			'bad',
			`${keep}; echo hunter2`,
			'docker-credential-bad gave an answer that is not a JSON object',
		],
		[
			'a helper that answers half',
			'bad',
			`${keep}; printf '{"Secret": "hunter2'`,
			'docker-credential-bad gave an answer that is not a JSON object',
		],
	])('%s', async (_name, helper, script, problem) => {
		home.configure({credsStore: helper});
		if (script !== undefined) home.addHelper(helper, script);
		expect(await findCredentials('ghcr.io')).toEqual({problem});
	});

	it('a configuration that is damaged, or cannot be read', async () => {
		home.configure('{"auths": {"ghcr.io": {"auth": "aHVudGVyMg==" oops');
		expect(await findCredentials('ghcr.io')).toEqual({problem: `${home.file()} is not valid JSON`});
		home.configure('["aHVudGVyMg=="]');
		expect(await findCredentials('ghcr.io')).toEqual({problem: `${home.file()} holds no JSON object`});
		if (process.getuid?.() === 0) return;
		chmodSync(home.file(), 0);
		expect((await findCredentials('ghcr.io')).problem).toContain(`Cannot read ${home.file()}`);
	});

	it('come from DOCKER_AUTH_CONFIG first, and then from the file', async () => {
		home.addHelper('all', answer('helper', 'secret-2'));
		home.configure({auths: {'a.example': {auth: encode('file:x')}, 'b.example': {auth: encode('file:y')}}});
		const variable = (content: unknown) => ({
			...process.env,
			DOCKER_AUTH_CONFIG: typeof content === 'string' ? content : JSON.stringify(content),
		});
		const own = variable({auths: {'a.example': {auth: encode('ci:z')}, 'c.example': {}}});
		expect(await findCredentials('a.example', own)).toEqual({credentials: {username: 'ci', password: 'z'}});
		expect(await findCredentials('b.example', own)).toEqual({credentials: {username: 'file', password: 'y'}});
		expect(await findCredentials('c.example', own)).toEqual({});
		const helped = variable({credHelpers: {'a.example': 'all'}});
		expect(await findCredentials('a.example', helped)).toEqual({
			credentials: {username: 'helper', password: 'secret-2'},
		});
		expect(await findCredentials('a.example', variable(''))).toEqual({credentials: {username: 'file', password: 'x'}});
		const broken = variable('{"auths": secret');
		expect(await findCredentials('a.example', broken)).toEqual({credentials: {username: 'file', password: 'x'}});
		expect(await findCredentials('d.example', broken)).toEqual({problem: 'DOCKER_AUTH_CONFIG is not valid JSON'});
	});
});
