import type {webcrypto} from 'node:crypto';
import {join} from 'node:path';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {configurationDirectory} from '../settings/configuration-directory.ts';
import {encryptText} from '../state/age.ts';
import {fileError, makePrivateDirectory, readPrivateFile, replacePrivateFile} from '../state/private-file.ts';
import {ensureIdentity, readIdentity} from '../state/secrets.ts';
import {type CheckedCertificate, checkCertificate} from './check-certificate.ts';

// The build leaves out what other commands do not use of it.
const {X509Certificate} = process.getBuiltinModule('node:crypto');

/** This user's authority for names that only this machine resolves, such as `shop.localhost`. */
export type LocalAuthority = {
	/** Its certificate, for browsers: PEM. */
	readonly certificate: string;
	/** Where the certificate is. */
	readonly path: string;
	readonly fingerprint: string;
	readonly notAfter: string;
};

const folderOf = (env: NodeJS.ProcessEnv): string => join(configurationDirectory(env), 'authority');
const certificatePath = (env: NodeJS.ProcessEnv): string => join(folderOf(env), 'certificate.pem');
/** The key, encrypted with age for the user's identity. */
const keyPath = (env: NodeJS.ProcessEnv): string => join(folderOf(env), 'key.age');

const dayMs = 24 * 60 * 60 * 1000;
const authorityDays = 3650;
/** Apple's limit for certificates of authorities that users add is 825 days. */
const certificateDays = 397;
/** A certificate begins earlier, for machines whose clock is late. */
const marginMs = 60 * 60 * 1000;

const algorithm = {name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256'} as const;

// It takes 100 ms to load, and only who issues certificates needs it.
const loadX509 = async () => {
	const x509 = await import('@peculiar/x509');
	x509.cryptoProvider.set(crypto);
	return x509;
};

const generateKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
	const {PemConverter} = await loadX509();
	return `${PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}

/** The authority, if the user has one. */
export function readAuthority(env: NodeJS.ProcessEnv = process.env): LocalAuthority | undefined {
	const path = certificatePath(env);
	const content = readPrivateFile(path);
	if (!content) return undefined;
	try {
		const {fingerprint256, validToDate} = new X509Certificate(content);
		return {certificate: content.toString(), path, fingerprint: fingerprint256, notAfter: validToDate.toISOString()};
	} catch (error) {
		throw new UserError(`${path} is damaged`, {
			hint: `Remove the folder, make another authority, and trust that one: rm -r '${folderOf(env)}'`,
			cause: error,
		});
	}
}

/** Reads the authority, or makes one that may issue for `localhost` and the names below alone. */
export async function ensureAuthority(env: NodeJS.ProcessEnv = process.env): Promise<LocalAuthority> {
	const found = readAuthority(env);
	if (found) return found;
	const x509 = await loadX509();
	const {recipient} = await ensureIdentity(env);
	const keys = await generateKeys();
	const now = Date.now();
	const {hostname} = await import('node:os');
	const certificate = await x509.X509CertificateGenerator.createSelfSigned({
		serialNumber: serialNumber(),
		name: [{CN: [`Compartment local authority ${hostname()}`.slice(0, 64)]}],
		notBefore: new Date(now - marginMs),
		notAfter: new Date(now + authorityDays * dayMs),
		signingAlgorithm: algorithm,
		keys: keys,
		extensions: [
			new x509.BasicConstraintsExtension(true, 0, true),
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
			await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
			new x509.Extension('2.5.29.30', true, localhostOnly),
		],
	});
	const path = keyPath(env);
	try {
		makePrivateDirectory(folderOf(env));
		replacePrivateFile(path, await encryptText(await exportKey(keys.privateKey), [recipient]));
		replacePrivateFile(certificatePath(env), `${certificate.toString('pem')}\n`);
	} catch (error) {
		throw fileError('write', path, error);
	}
	return readAuthority(env)!;
}

/** Name constraints in DER: permitted are DNS names at or below `localhost`. Whoever gets the key can forge nothing else. */
const localhostOnly = Buffer.concat([
	Buffer.from([0x30, 0x0f, 0xa0, 0x0d, 0x30, 0x0b, 0x82, 0x09]),
	Buffer.from('localhost'),
]);

/** 127 random bits. */
function serialNumber(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	bytes[0]! &= 0x7f;
	return Buffer.from(bytes).toString('hex');
}

/** Issues a certificate for one local host or wildcard, and checks it. Makes the authority if there is none. */
export async function issueChecked(host: string): Promise<CheckedCertificate> {
	const {chain, key} = await issueLocal(host);
	return checkCertificate({chain, key, host, now: Date.now(), chainFile: 'the issued certificate', keyFile: 'its key'});
}

/** Issues a certificate for one local host or wildcard. Makes the authority if there is none. */
export async function issueLocal(
	host: string,
	env: NodeJS.ProcessEnv = process.env,
): Promise<{readonly chain: string; readonly key: string; readonly authority: LocalAuthority}> {
	const authority = await ensureAuthority(env);
	const path = keyPath(env);
	const sealed = readPrivateFile(path);
	if (!sealed)
		throw new UserError(`The key of the local authority is missing: ${path}`, {
			hint: hint`Remove the folder, then make and trust another authority: ${command('domain trust')}`,
		});
	const x509 = await loadX509();
	const issuer = new x509.X509Certificate(authority.certificate);
	const pem = await (await readIdentity(env)).decrypt(sealed);
	const der = x509.PemConverter.decode(pem)[0]!;
	const signingKey = await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
	const keys = await generateKeys();
	const now = Date.now();
	const certificate = await x509.X509CertificateGenerator.create({
		serialNumber: serialNumber(),
		subject: [{CN: [host.slice(0, 64)]}],
		issuer: issuer.subjectName,
		notBefore: new Date(now - marginMs),
		notAfter: new Date(Math.min(now + certificateDays * dayMs, issuer.notAfter.getTime())),
		signingAlgorithm: algorithm,
		publicKey: keys.publicKey,
		signingKey: signingKey,
		extensions: [
			new x509.BasicConstraintsExtension(false, undefined, true),
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
			new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
			new x509.SubjectAlternativeNameExtension([{type: 'dns', value: host}]),
			await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
			await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
		],
	});
	const chain = `${certificate.toString('pem')}\n${authority.certificate}`;
	return {chain, key: await exportKey(keys.privateKey), authority};
}
