import {command, hint} from '../../hint.ts';
import {wildcardOf} from '../../model/wildcard.ts';
import type {ServedCertificate} from '../../router/served-certificates.ts';
import type {RouteTable} from '../../router/table.ts';
import type {HostFinding} from './findings.ts';

/** What the router has for a host of another environment. */
export type Claim = {
	/** `wildcard`: a certificate for all hosts directly below a domain, which serves this one too. */
	readonly type: 'host' | 'certificate' | 'wildcard';
	readonly project: string;
	readonly environment: string;
};

/** What other environments have of a host. */
export function findClaims(
	host: string,
	lineage: string,
	tables: readonly RouteTable[],
	certificates: readonly ServedCertificate[],
): readonly Claim[] {
	const claim = (type: Claim['type'], {project, environment}: Pick<Claim, 'project' | 'environment'>) => ({
		type,
		project,
		environment,
	});
	const others = certificates.filter(each => each.lineage !== lineage);
	return [
		...tables
			.filter(table => table.lineage !== lineage && Object.hasOwn(table.hosts, host))
			.map(table => claim('host', table)),
		...others.filter(each => each.host === host).map(each => claim('certificate', each)),
		...others.filter(each => each.host === wildcardOf(host)).map(each => claim('wildcard', each)),
	];
}

function findingOf(host: string, {type, project, environment}: Claim): HostFinding {
	const who = `project ${project}, environment ${environment}`;
	const there = `in the folder of project ${project}`;
	const apply = command('apply', '--env', environment);
	switch (type) {
		case 'host':
			return {
				question: 'claims',
				status: 'problem',
				message: `${host} belongs to ${who}.`,
				hint: hint`Two environments cannot share a host. Remove it from compartment.yml ${there}, then run there ${apply}`,
			};
		case 'certificate':
			return {
				question: 'claims',
				status: 'problem',
				message: `The router has a certificate for ${host} of ${who}.`,
				hint: hint`Remove it ${there}: ${command('domain remove', host, '--env', environment)}, then ${apply}`,
			};
		case 'wildcard':
			return {
				question: 'claims',
				status: 'warning',
				message: `The router serves ${host} with the certificate for ${wildcardOf(host)} of ${who}, unless this environment has one for it.`,
			};
	}
}

/** What keeps an environment from serving a host, or serves it otherwise. */
export const claimFindings = (host: string, claims: readonly Claim[]): HostFinding[] =>
	claims.map(claim => findingOf(host, claim));
