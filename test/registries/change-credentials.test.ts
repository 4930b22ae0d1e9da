import {lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {removeCredentials, storeCredentials} from '../../source/registries/change-credentials.ts';
import {askHelper} from '../../source/registries/credential-helper.ts';
import {findCredentials} from '../../source/registries/find-credentials.ts';
import {listCredentials} from '../../source/registries/list-credentials.ts';
import {encode, withDockerHome} from './home.ts';

const home = withDockerHome();
const octocat = {username: 'octocat', password: 'hunter2'};
const json = () => JSON.parse(home.read());

describe('in the file, credentials', () => {
	it('are written as docker does, for their owner alone', async () => {
		expect(await storeCredentials('ghcr.io', octocat)).toEqual({type: 'file', path: home.file()});
		expect(home.read()).toBe(
			`{\n\t"auths": {\n\t\t"ghcr.io": {\n\t\t\t"auth": "${encode('octocat:hunter2')}"\n\t\t}\n\t}\n}\n`,
		);
		expect(statSync(home.file()).mode & 0o777).toBe(0o600);
		expect(statSync(dirname(home.file())).mode & 0o777).toBe(0o700);
		await storeCredentials('docker.io', {username: 'hub', identityToken: 'token'});
		expect(json().auths['https://index.docker.io/v1/']).toEqual({auth: encode('hub:'), identitytoken: 'token'});
		expect(await findCredentials('docker.io')).toEqual({credentials: {username: 'hub', identityToken: 'token'}});
	});

	it('leave everything else as it means', async () => {
		const rest =
			'"n":12345678901234567890,"e":1.50e3,"s":"\\ud83d\\ude00 \\u0001","__proto__":{"x":[null,true]},"HttpHeaders":{"A":"b"}';
		home.configure(`{${rest},"auths":{"a.example":{"auth":"x","email":"me@a.example"}}}`);
		await storeCredentials('ghcr.io', octocat);
		const compact = home
			.read()
			.replace(/[\n\t]/g, '')
			.replaceAll('": ', '":');
		expect(compact).toContain('"n":12345678901234567890,"e":1.50e3,"s":"😀 \\u0001","__proto__":{"x":[null,true]},');
		expect(compact).toContain('"a.example":{"auth":"x","email":"me@a.example"}');
		await removeCredentials('ghcr.io');
		expect(
			home
				.read()
				.replace(/[\n\t]/g, '')
				.replaceAll('": ', '":'),
		).toBe(`{${rest.replace('\\ud83d\\ude00', '😀')},"auths":{"a.example":{"auth":"x","email":"me@a.example"}}}`);
	});

	it('replace those under another spelling of the host', async () => {
		home.configure({auths: {'https://ghcr.io/v2/': {auth: encode('old:old')}}});
		await storeCredentials('ghcr.io', octocat);
		expect(Object.keys(json().auths)).toEqual(['ghcr.io']);
		home.configure({
			auths: {'https://ghcr.io/v2/': {auth: encode('old:old')}, 'index.docker.io': {auth: encode('a:b')}},
		});
		expect(await removeCredentials('ghcr.io')).toBe(true);
		expect(await removeCredentials('docker.io')).toBe(true);
		expect(await removeCredentials('docker.io')).toBe(false);
		expect(json()).toEqual({auths: {}});
	});

	it('go to where a link leads', async () => {
		const real = join(dirname(dirname(home.file())), 'dotfiles.json');
		writeFileSync(real, '{}');
		mkdirSync(dirname(home.file()));
		symlinkSync(real, home.file());
		await storeCredentials('ghcr.io', octocat);
		expect(lstatSync(home.file()).isSymbolicLink()).toBe(true);
		expect(readFileSync(real, 'utf8')).toContain('ghcr.io');
	});

	it('are not written over a file that is damaged', async () => {
		home.configure('{"auths": oops');
		await expect(storeCredentials('ghcr.io', octocat)).rejects.toThrow(`${home.file()} is not valid JSON`);
		expect(home.read()).toBe('{"auths": oops');
	});
});

describe('with a helper, credentials', () => {
	const record = 'echo "$@" >>"$KEPT"; cat >>"$KEPT"; echo >>"$KEPT"';

	it('go to its standard input, and the file keeps no more than their host', async () => {
		home.configure({credsStore: 'lab', auths: {'ghcr.io': {auth: encode('old:old')}}});
		home.addHelper('lab', record);
		const store = await storeCredentials('ghcr.io', octocat);
		expect(store).toEqual({type: 'helper', program: 'docker-credential-lab'});
		expect(home.kept()).toBe('store\n{"ServerURL":"ghcr.io","Username":"octocat","Secret":"hunter2"}\n');
		expect(json()).toEqual({credsStore: 'lab', auths: {'ghcr.io': {}}});
		await storeCredentials('docker.io', {username: 'hub', identityToken: 'token'});
		expect(home.kept()).toContain('{"ServerURL":"https://index.docker.io/v1/","Username":"<token>","Secret":"token"}');
		expect(await removeCredentials('ghcr.io')).toBe(true);
		expect(home.kept()).toMatch(/erase\nghcr\.io\n$/);
		expect(Object.keys(json().auths)).toEqual(['https://index.docker.io/v1/']);
	});

	it('are not in the message of one that repeats them, and the file stays as it was', async () => {
		const before = {credHelpers: {'ghcr.io': 'lab'}, auths: {}};
		home.configure(before);
		home.addHelper('lab', 'echo "cannot store $(cat | tr -d \\"{}:,)"; exit 1');
		await expect(storeCredentials('ghcr.io', octocat)).rejects.toThrow(
			'docker-credential-lab store failed with exit code 1: cannot store ServerURLghcr.ioUsernameoctocatSecret…',
		);
		expect(json()).toEqual(before);
	});

	it('are not waited for without end', async () => {
		home.addHelper('slow', 'exec sleep 60');
		const begun = Date.now();
		await expect(askHelper({helper: 'slow', action: 'list', limitMs: 200})).rejects.toThrow(
			'docker-credential-slow list did not end within 0.2 s',
		);
		// What it started keeps its output open.
		home.addHelper('slow', 'sleep 3; echo late');
		await expect(askHelper({helper: 'slow', action: 'list', limitMs: 200})).rejects.toThrow('did not end within');
		expect(Date.now() - begun).toBeLessThan(3000);
	});
});

describe('the list', () => {
	it('has hosts and users of the file and of all helpers, each where docker looks for it', async () => {
		home.configure({
			auths: {'a.example': {}, 'b.example': {auth: encode('b:x')}, 'c.example': {registrytoken: 'x'}},
			credHelpers: {'b.example': 'one', 'c.example': '', 'd.example': 'none', 'e.example': 'gone'},
			credsStore: 'all',
		});
		home.addHelper(
			'all',
			`echo '{"https://index.docker.io/v1/": "hub", "a.example": "<token>", "b.example": "other"}'`,
		);
		home.addHelper('one', `cat >/dev/null; echo '{"Username": "one", "Secret": "hunter2"}'`);
		home.addHelper('none', 'cat >/dev/null; echo credentials not found in native keychain; exit 1');
		const helper = (name: string) => ({type: 'helper', program: `docker-credential-${name}`});
		expect(await listCredentials()).toEqual({
			registries: [
				{host: 'a.example', user: null, store: helper('all')},
				{host: 'b.example', user: 'one', store: helper('one')},
				{host: 'c.example', user: null, store: {type: 'file', path: home.file()}},
				{host: 'docker.io', user: 'hub', store: helper('all')},
			],
			problems: ['the credential helper docker-credential-gone is not on the PATH'],
		});
	});

	it('is empty without a configuration', async () => {
		expect(await listCredentials()).toEqual({registries: [], problems: []});
	});
});
