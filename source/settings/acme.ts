import {command, type Hint, hint} from '../hint.ts';
import {allowed, type Check, fromJson, isRecord, text} from './setting-rules.ts';

/** How certificates are requested from an authority that speaks ACME, such as Let's Encrypt. A part that is not set is empty. */
export type AcmeSettings = {
	/** Where the authority sends warnings about certificates and the account. */
	readonly email: string;
	/** URL of the authority's directory, where its other addresses are found. */
	readonly directory: string;
	/** PEM file with the root of the directory's own certificate, for an authority that this machine does not trust. */
	readonly caFile: string;
	/** Key identifier of an account that the authority already knows (external account binding, RFC 8555 7.3.4). */
	readonly keyId: string;
	/** The secret that belongs to it, in base64url. */
	readonly hmacKey: string;
};

export const noAcme: AcmeSettings = {email: '', directory: '', caFile: '', keyId: '', hmacKey: ''};

/** How certificates are requested; undefined unless both e-mail address and directory are set, because then none are. */
export const acmeOf = ({acme}: {readonly acme: AcmeSettings}): AcmeSettings | undefined =>
	acme.email && acme.directory ? acme : undefined;

/** Host of the authority's directory; null while no certificates are requested. */
export function acmeServerOf(settings: {readonly acme: AcmeSettings}): string | null {
	const acme = acmeOf(settings);
	return acme ? new URL(acme.directory).host : null;
}

const letsEncrypt = 'https://acme-v02.api.letsencrypt.org/directory';

/** Why no certificates are requested, although a part is set; undefined when they are, or nothing is set. */
export function findAcmeGap({
	acme,
}: {
	readonly acme: AcmeSettings;
}): {readonly message: string; readonly hint: Hint} | undefined {
	if (acmeOf({acme}) || Object.values(acme).every(part => part === '')) return undefined;
	const message = (missing: string) => `No certificates are requested, because acme.${missing} is not set.`;
	return acme.directory
		? {message: message('email'), hint: command('settings set', 'acme.email', 'ADDRESS')}
		: {message: message('directory'), hint: command('settings set', 'acme.directory', letsEncrypt)};
}

/** Which half of the external account binding is set without the other, and what sets that. */
export function findLoneKey({keyId, hmacKey}: AcmeSettings) {
	if (Boolean(keyId) === Boolean(hmacKey)) return undefined;
	return keyId
		? {
				present: 'keyId',
				missing: 'hmacKey',
				hint: hint`The authority gives both. Put the key in a file: ${command('settings set', 'acme.hmacKey', '-')} < FILE`,
			}
		: {
				present: 'hmacKey',
				missing: 'keyId',
				hint: hint`The authority gives both: ${command('settings set', 'acme.keyId', 'ID')}`,
			};
}

function isDirectory(value: string): boolean {
	const url = value.length <= 2000 ? URL.parse(value) : null;
	return url !== null && url.protocol === 'https:' && !url.username && !url.password && !url.hash;
}

const hidden = '(hidden)';

const hmacKeyText = allowed(/^[\w-]{16,1000}={0,2}$/, '16 to 1000 characters of base64url');

const parts: Readonly<Record<keyof AcmeSettings, Check<string>>> = {
	email: allowed(/^(?=.{3,254}$)[!-~]+@[!-~]+$/, 'an e-mail address'),
	directory: text(`an https URL without a user name, such as ${letsEncrypt}`, isDirectory),
	caFile: allowed(/^\//, 'an absolute path'),
	keyId: allowed(/^[!-~]{1,500}$/, '1 to 500 characters of ASCII without spaces'),
	hmacKey: {
		...hmacKeyText,
		secret: {redact: value => (value === '' ? '' : hidden), explain: () => `must be ${hmacKeyText.allowed}`},
	},
};

const isPart = (name: string): name is keyof AcmeSettings => Object.hasOwn(parts, name);

const checkOf = (name: string): Check<string> | undefined => (isPart(name) ? parts[name] : undefined);

const allowedText = `an object with ${Object.keys(parts).join(', ')}`;

/** What is wrong with a value. Never quotes a part, because it may be a secret. */
function explain(value: unknown): string {
	if (!isRecord(value) || !Object.keys(value).every(isPart)) return `must be ${allowedText}`;
	const fault = Object.entries(value).find(([name, part]) => checkOf(name)!.accept(part) === undefined);
	return fault ? `${fault[0]} must be ${checkOf(fault[0])!.allowed}` : `must be ${allowedText}`;
}

function accept(value: unknown): Readonly<Partial<AcmeSettings>> | undefined {
	const isValid =
		isRecord(value) && Object.entries(value).every(([name, part]) => checkOf(name)?.accept(part) !== undefined);
	return isValid ? value : undefined;
}

function redactPart(name: string, value: unknown): unknown {
	const check = checkOf(name);
	if (check?.secret) return check.secret.redact(value);
	return value === '' || check?.accept(value) !== undefined ? value : hidden;
}

/** Some of the parts; the others are empty. */
export const acmeParts: Check<Readonly<Partial<AcmeSettings>>> = {
	allowed: allowedText,
	accept,
	fromText: fromJson(accept),
	checkOf,
	secret: {
		redact: value =>
			isRecord(value)
				? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, redactPart(name, part)]))
				: hidden,
		explain,
	},
};
