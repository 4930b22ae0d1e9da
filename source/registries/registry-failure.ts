import {command, type Hint, hint} from '../hint.ts';
import type {Access} from './find-credentials.ts';

/**
 * Why a registry did not do what it was asked. `denied`: the image is missing or may not be read; registries do not say
 * which, so that nobody can find out what they hold.
 */
type FailureKind = 'refused' | 'denied' | 'missing' | 'limited' | 'silent' | 'untrusted' | 'broken';

/**
 * The texts of engines, by their meaning. Up to version 28 they are those of Docker's own client of registries, from then on
 * those of containerd. The first that fits counts.
 */
const texts: readonly (readonly [FailureKind, RegExp])[] = [
	['limited', /toomanyrequests|too many requests|rate limit|status(?: code)?:? 429/i],
	['denied', /access denied|access to the resource is denied|insufficient_scope|^denied\b|: denied\b|403 forbidden/i],
	['refused', /no basic auth credentials|unauthorized|authentication required|incorrect username or password/i],
	['untrusted', /x509:|server gave HTTP response to HTTPS client|tls: (?!handshake timeout)/i],
	[
		'silent',
		/no such host|connection (?:refused|reset)|timeout|timed out|no route to host|network is unreachable|deadline exceeded|server misbehaving|temporary failure in name resolution|\bEOF$/i,
	],
	['broken', /unexpected http status|unexpected status|internal server error|bad gateway|service unavailable/i],
	['missing', /manifest unknown|name unknown|manifest for .*not found|: not found/i],
];

/** The meaning of an engine's text; undefined if it is not about the registry, such as a full disk. */
export function failureKind(text: string, reference = ''): FailureKind | undefined {
	// Names can hold any of these words.
	const bare = (reference === '' ? text : text.replaceAll(reference, '…')).replace(/"https?:\/\/[^"]*"/g, '…');
	return texts.find(([, pattern]) => pattern.test(bare))?.[0];
}

export type RegistryFailure = {readonly message: string; readonly hint: Hint};

type Question = {
	/** The engine's text. */
	readonly text: string;
	readonly host: string;
	readonly access: Access;
	/** What was asked for; none at a login. */
	readonly reference?: string;
};

const nameOf = ({credentials}: Access): string =>
	credentials?.username ? `the credentials of ${credentials.username}` : 'the stored token';

/** Says what a failure means and what helps; undefined if it is not about the registry. */
export function describeFailure({text, host, access, reference}: Question): RegistryFailure | undefined {
	const login = command('registry login', host);
	const kind = failureKind(text, reference);
	if (reference === undefined && (kind === 'refused' || kind === 'denied'))
		return {
			message: `registry ${host} refused ${nameOf(access)}: ${text}`,
			hint: 'Check user and password. Many registries want a token in place of the password of your account.',
		};
	const without = access.problem === undefined ? 'none are stored' : `they cannot be read: ${access.problem}`;
	switch (kind) {
		case 'refused':
			return access.credentials
				? {message: `registry ${host} refused ${nameOf(access)}: ${text}`, hint: login}
				: {message: `registry ${host} asks for credentials, and ${without}: ${text}`, hint: login};
		case 'denied': {
			const who = access.credentials ? `${nameOf(access)} do not open it` : `it asks for credentials, and ${without}`;
			return {
				message: `registry ${host} has no such image, or ${who}: ${text}`,
				hint: hint`Check its name. If it is private: ${login}`,
			};
		}
		case 'missing':
			return {message: `registry ${host} has no such image: ${text}`, hint: 'Check its name and its tag.'};
		case 'limited':
			return {
				message: `registry ${host} limits how often it may be asked: ${text}`,
				hint: access.credentials ? 'Wait, then try again.' : hint`Wait, or log in for a higher limit: ${login}`,
			};
		case 'silent':
			return {
				message: `registry ${host} does not answer: ${text}`,
				hint: 'Check its name, and that the engine can reach it.',
			};
		case 'untrusted':
			return {
				message: `the engine does not trust registry ${host}: ${text}`,
				hint: `Put its authority into /etc/docker/certs.d/${host}/ca.crt on the machine of the engine.`,
			};
		case 'broken':
			return {message: `registry ${host} failed: ${text}`, hint: 'Try again later.'};
		case undefined:
			return undefined;
	}
}
