import {X509Certificate} from 'node:crypto';
import {mkdtempSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {connect, createServer as createTlsServer} from 'node:tls';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {checkCertificate} from '../../source/certificates/check-certificate.ts';
import {ensureAuthority, issueLocal, readAuthority} from '../../source/certificates/local-authority.ts';
import {isLocalName} from '../../source/state/certificates.ts';
import {filesBelow} from '../docker/cli.ts';

let env: NodeJS.ProcessEnv;

beforeEach(() => {
	env = {COMPARTMENT_CONFIG_HOME: mkdtempSync(join(tmpdir(), 'compartment-authority-'))};
});

afterEach(() => rmSync(env['COMPARTMENT_CONFIG_HOME']!, {recursive: true}));

/** The error code of a TLS client that trusts this authority alone; undefined if it accepts the server. */
async function acceptanceOf(ca: string, {chain, key}: {chain: string; key: string}, servername: string) {
	const server = createTlsServer({cert: chain, key}).listen(0, '127.0.0.1');
	await new Promise(resolve => server.once('listening', resolve));
	try {
		return await new Promise<string | undefined>(resolve => {
			const {port} = server.address() as {port: number};
			const socket = connect({port, host: '127.0.0.1', servername, ca}, () => resolve(undefined));
			socket.once('error', (error: NodeJS.ErrnoException) =>
				resolve(error.code === 'UNSPECIFIED' ? error.message : error.code),
			);
			socket.once('secureConnect', () => socket.destroy());
		});
	} finally {
		server.close();
	}
}

test('there is none until it is asked for, and then the same again', async () => {
	expect(readAuthority(env)).toBeUndefined();
	const made = await ensureAuthority(env);
	expect(await ensureAuthority(env)).toEqual(made);
	expect(readAuthority(env)).toEqual(made);
	const certificate = new X509Certificate(readFileSync(made.path));
	expect(certificate.ca).toBe(true);
	expect(certificate.verify(certificate.publicKey)).toBe(true);
});

test('its key is on the disk only encrypted, and no file is readable by others', async () => {
	await issueLocal('shop.localhost', env);
	const files = filesBelow(env['COMPARTMENT_CONFIG_HOME']!);
	expect(files.map(file => file.split('/').at(-1)).sort()).toEqual(['certificate.pem', 'identity', 'key.age']);
	for (const file of files) {
		expect(statSync(file).mode & 0o077).toBe(0);
		expect(readFileSync(file, 'latin1')).not.toContain('PRIVATE KEY');
	}
});

test.each(['localhost', 'shop.localhost', '*.shop.localhost'])('a client that trusts it accepts %s', async host => {
	const {authority, ...issued} = await issueLocal(host, env);
	const now = Date.now();
	const checked = await checkCertificate({...issued, host, now, chainFile: 'chain', keyFile: 'key'});
	expect(checked).toMatchObject({names: [host], issuer: expect.stringContaining('Compartment local authority')});
	expect(checked.chain.match(/BEGIN/g)).toHaveLength(1);
	expect(await acceptanceOf(authority.certificate, checked, host.replace('*', 'any'))).toBeUndefined();
	expect(await acceptanceOf(authority.certificate, checked, 'other.localhost')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
	// Apple accepts no longer life.
	expect(Date.parse(checked.notAfter) - Date.parse(checked.notBefore)).toBeLessThan(398 * 24 * 60 * 60 * 1000);
});

test('whoever steals its key can forge no name but local ones', async () => {
	const {authority, ...issued} = await issueLocal('bank.example.com', env);
	expect(await acceptanceOf(authority.certificate, issued, 'bank.example.com')).toBe('permitted subtree violation');
});

test.each([
	['localhost', true],
	['shop.localhost', true],
	['*.localhost', true],
	['localhost.example.com', false],
	['notlocalhost', false],
])('%s is local: %s', (host, isLocal) => expect(isLocalName(host)).toBe(isLocal));
