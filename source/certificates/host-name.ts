import {domainToASCII} from 'node:url';
import {UserError} from '../errors.ts';

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const pattern = new RegExp(`^(?:\\*\\.)?${label}(?:\\.${label})*$`);

/**
 * A host, or wildcard, as certificates name it: lower case, other alphabets as `xn--…`.
 * @throws UserError for anything else
 */
export function parseHost(given: string): string {
	const [wildcard, name] = given.startsWith('*.') ? ['*.', given.slice(2)] : ['', given];
	const host = `${wildcard}${domainToASCII(name.replace(/\.$/, ''))}`;
	if (pattern.test(host) && host.length <= 240) return host;
	throw new UserError(`${JSON.stringify(given)} is not a host name.`, {
		hint: 'Write it without scheme and port: shop.example.com, or *.example.com for all hosts directly below.',
	});
}
