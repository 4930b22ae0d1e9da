import type {KeyObject, X509Certificate} from 'node:crypto';
import {UserError} from '../errors.ts';
import {isWildcard} from '../model/wildcard.ts';
import {dayOf} from '../state/certificates.ts';
import type {CertificateRecord} from '../state/state.ts';

// The build leaves out what other commands do not use of it.
const {createPrivateKey, X509Certificate: Certificate} = process.getBuiltinModule('node:crypto');

/** A certificate that can serve a host. Times are ISO 8601. */
export type CheckedCertificate = Pick<
	CertificateRecord,
	'chain' | 'issuer' | 'names' | 'notBefore' | 'notAfter' | 'fingerprint'
> & {
	/** The private key, PKCS #8 as PEM. */
	readonly key: string;
};

/** Bits of an RSA key. OpenSSL loads no shorter ones. */
const leastModulus = 2048;

/** HAProxy takes a chain and its key in one command of 16 KB. */
const longestPem = 15_000;

const blockPattern = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** Names of the places that the texts come from, for messages. */
type Source = {readonly chainFile: string; readonly keyFile: string};

type Given = Source & {
	/** PEM: the certificate and those of the authorities between it and a root, in any order. */
	readonly chain: string;
	/** PEM. */
	readonly key: string;
	/** Host, or `*.` and a domain. */
	readonly host: string;
	/** Milliseconds since the epoch. */
	readonly now: number;
	/** Whether its chain may end at an authority that browsers do not know: the settings name who issued it. */
	readonly isAnyAuthority?: boolean;
};

/**
 * Checks that a certificate can serve a host: its key matches, its names cover the host, it is valid now, and its chain
 * leads to an authority that browsers know, or to a root that it contains, unless any authority will do.
 * @returns the chain in the order that TLS needs, without its root
 * @throws UserError that says what is wrong and how to mend it
 */
export async function checkCertificate({
	chain,
	key,
	host,
	now,
	isAnyAuthority = false,
	chainFile,
	keyFile,
}: Given): Promise<CheckedCertificate> {
	const certificates = readChain(chain, chainFile);
	const privateKey = readKey(key, keyFile);
	const leaf = certificates.find(each => each.checkPrivateKey(privateKey));
	if (!leaf)
		throw new UserError(`The private key in ${keyFile} does not belong to a certificate in ${chainFile}.`, {
			hint: `openssl x509 -noout -pubkey -in ${chainFile} and openssl pkey -pubout -in ${keyFile} must print the same.`,
		});
	const {modulusLength = leastModulus} = privateKey.asymmetricKeyDetails ?? {};
	if (modulusLength < leastModulus)
		throw new UserError(
			`The RSA key in ${keyFile} has ${modulusLength} bits; browsers and the router want ${leastModulus}.`,
			{
				hint: 'Ask for a certificate with another key.',
			},
		);
	const names = namesOf(leaf);
	if (!covers(leaf, names, host))
		throw new UserError(`The certificate in ${chainFile} is not for ${host}.`, {
			hint: `It is for ${names.join(', ') || 'no host'}.`,
		});
	const [notBefore, notAfter] = [leaf.validFromDate.toISOString(), leaf.validToDate.toISOString()];
	if (Date.parse(notAfter) <= now)
		throw new UserError(`The certificate in ${chainFile} expired on ${dayOf(notAfter)}.`);
	if (Date.parse(notBefore) > now)
		throw new UserError(`The certificate in ${chainFile} is not valid before ${notBefore}.`, {
			hint: "Check this machine's clock.",
		});
	const ordered = await orderChain(leaf, certificates, {file: chainFile, isAnyAuthority});
	const checked = {
		chain: ordered.map(each => each.toString()).join(''),
		key: privateKey.export({type: 'pkcs8', format: 'pem'}) as string,
		issuer: nameIn(leaf.issuer),
		names,
		notBefore,
		notAfter,
		fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
	};
	const length = checked.chain.length + checked.key.length;
	if (length > longestPem)
		throw new UserError(`The chain in ${chainFile} and its key have ${length} bytes; the router takes ${longestPem}.`, {
			hint: 'Ask the authority for a shorter chain, or use a key on an elliptic curve.',
		});
	return checked;
}

function readChain(text: string, file: string): X509Certificate[] {
	const blocks = text.match(blockPattern) ?? [];
	if (blocks.length === 0)
		throw new UserError(`${file} contains no certificate.`, {
			hint: `It must be PEM, with -----BEGIN CERTIFICATE-----. From DER: openssl x509 -inform der -in ${file}`,
		});
	return blocks.map((block, index) => {
		try {
			return new Certificate(block);
		} catch {
			throw new UserError(`Certificate ${index + 1} in ${file} is damaged.`);
		}
	});
}

function readKey(text: string, file: string): KeyObject {
	if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text))
		throw new UserError(`The private key in ${file} is protected by a passphrase.`, {
			hint: `Compartment encrypts it itself. Remove the passphrase: openssl pkey -in ${file} -out without-passphrase.key`,
		});
	try {
		return createPrivateKey(text);
	} catch {
		// The library's message may quote the file.
		throw new UserError(`${file} contains no private key that can be read.`, {
			hint: 'It must be PEM, with -----BEGIN PRIVATE KEY-----.',
		});
	}
}

/** The DNS names of a certificate, in its order. Browsers ignore its subject. */
const namesOf = ({subjectAltName = ''}: X509Certificate): string[] =>
	[...subjectAltName.matchAll(/DNS:([^,\s"]+)/g)].map(([, name]) => name!.toLowerCase());

const covers = (leaf: X509Certificate, names: readonly string[], host: string): boolean =>
	isWildcard(host) ? names.includes(host) : leaf.checkHost(host, {subject: 'never'}) !== undefined;

/** The common name of a subject or issuer, else all of it. */
const nameIn = (subject: string): string => /^CN=(.*)$/m.exec(subject)?.[1] ?? subject.replaceAll('\n', ', ');

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
	certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

/** The chain from the certificate upwards, without a root: who trusts one has it. */
async function orderChain(
	leaf: X509Certificate,
	certificates: readonly X509Certificate[],
	{file, isAnyAuthority}: {readonly file: string; readonly isAnyAuthority: boolean},
): Promise<X509Certificate[]> {
	const ordered = [leaf];
	for (let last = leaf; !isIssuedBy(last, last); last = ordered.at(-1)!) {
		const issuer = certificates.find(each => !ordered.includes(each) && isIssuedBy(last, each));
		if (!issuer) {
			if (isAnyAuthority || (await isKnownRoot(last))) return ordered;
			throw new UserError(
				`The chain in ${file} ends at ${nameIn(last.subject)}: the certificate of ${nameIn(last.issuer)} is missing.`,
				{
					hint: `Append it to ${file}. Authorities offer such a file as "full chain". An authority that browsers do not know needs its root in the file too.`,
				},
			);
		}
		if (isIssuedBy(issuer, issuer)) return ordered;
		ordered.push(issuer);
	}
	return ordered;
}

async function isKnownRoot(last: X509Certificate): Promise<boolean> {
	const {rootCertificates} = await import('node:tls');
	return rootCertificates.some(root => isIssuedBy(last, new Certificate(root)));
}
