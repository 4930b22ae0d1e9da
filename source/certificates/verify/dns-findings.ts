import type {DnsAnswer} from './dns.ts';
import {isAbsence} from './dns.ts';
import type {HostFinding} from './findings.ts';
import {isPublic, recordsFor} from './own-addresses.ts';

/** The names of the errors of `node:dns`, as DNS calls them. */
const codeText = (code: string): string => code.replace(/^E/, '');

function failure(host: string, code: string, family = ''): string {
	const what = family === '' ? host : `the ${family} records of ${host}`;
	return code === 'ETIMEOUT' ? `DNS gives no answer for ${what} in time.` : `DNS fails for ${what}: ${codeText(code)}.`;
}

const traceHint = (host: string): string => `Check the name servers of the domain: dig +trace ${host}`;

function missing(host: string, {aliases, problems}: DnsAnswer): string {
	const last = aliases.at(-1);
	if (last !== undefined) return `${host} is an alias of ${last}, which has no address in DNS.`;
	return problems.a === 'ENOTFOUND' ? `${host} does not exist in DNS.` : `${host} has no address in DNS.`;
}

/**
 * What is wrong with the addresses of a host.
 * @param own those that it should have, as far as they are known
 */
export function dnsFindings(host: string, answer: DnsAnswer, own: readonly string[]): HostFinding[] {
	const {a, aaaa, problems} = answer;
	const failed = (['a', 'aaaa'] as const).filter(family => problems[family] !== null && !isAbsence(problems[family]));
	const addresses = [...a, ...aaaa];
	if (addresses.length === 0) {
		const [family] = failed;
		if (family !== undefined)
			return [{question: 'dns', status: 'problem', message: failure(host, problems[family]!), hint: traceHint(host)}];
		return [
			{
				question: 'dns',
				status: 'problem',
				message: missing(host, answer),
				hint: `At your DNS provider, ${answer.aliases.length > 0 ? 'correct the alias, or replace it with' : 'make'} ${recordsFor(host, own)}`,
			},
		];
	}
	const partly = failed.map(
		(family): HostFinding => ({
			question: 'dns',
			status: 'warning',
			message: failure(host, problems[family]!, family.toUpperCase()),
			hint: traceHint(host),
		}),
	);
	if (addresses.some(isPublic)) return partly;
	return [
		...partly,
		{
			question: 'dns',
			status: 'warning',
			message: `${host} has private addresses only (${addresses.join(', ')}): authorities on the internet cannot reach it.`,
			hint: `For a certificate of such an authority, it needs ${recordsFor(host, own.filter(isPublic))}`,
		},
	];
}
