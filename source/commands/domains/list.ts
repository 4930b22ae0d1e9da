import {stringify} from 'yaml';
import {parseHost} from '../../certificates/host-name.ts';
import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {minuteText} from '../../model/lifetime.ts';
import {nearest} from '../../nearest.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine, sanitiseText} from '../../output/sanitise.ts';
import {renderTable} from '../../output/table.ts';
import {createTerminal} from '../../output/terminal.ts';
import {type DomainReport, describeDomains} from '../../report/domains.ts';
import {dayOf} from '../../state/certificates.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';

const statusText: Readonly<Record<DomainReport['status'], string>> = {
	http: 'http only',
	requested: 'waits for an apply',
	failed: 'http only, no certificate issued',
	waiting: 'waits for an apply',
	https: 'https',
	due: 'https, renew it',
	expired: 'expired',
};

async function readDomains(flags: CommonFlags) {
	const workspace = await openWorkspace(flags);
	const state = await readExistingState(workspace);
	const names = {project: {name: state.project}, environment: {name: state.environment}};
	return {names, domains: describeDomains(state, workspace.settings)};
}

/** `compartment domain list`: lists the hosts of an environment with their certificates. */
export async function domainList(flags: CommonFlags): Promise<void> {
	const {print, paint} = createTerminal(flags);
	const {names, domains} = await readDomains(flags);
	if (isJson(flags)) {
		process.stdout.write(jsonDocument({...names, domains}));
		return;
	}
	if (domains.length === 0) {
		print('No hosts.');
		return;
	}
	const columns = [
		{title: 'HOST', value: ({host}: DomainReport) => sanitiseLine(host)},
		{title: 'SERVICE', value: ({service}: DomainReport) => sanitiseLine(service ?? '-')},
		{title: 'STATUS', value: ({status}: DomainReport) => statusText[status]},
		{title: 'ISSUER', value: ({certificate}: DomainReport) => sanitiseLine(certificate?.issuer ?? '-'), maxWidth: 40},
		{title: 'EXPIRES', value: ({certificate}: DomainReport) => (certificate ? dayOf(certificate.notAfter) : '-')},
	];
	print(renderTable(columns, domains, {titleStyle: paint.dim}));
	for (const {host, failure} of domains)
		if (failure)
			print(
				hintText(
					hint`${host}: ${sanitiseLine(failure.message)}. Next try after ${minuteText(failure.retryAt)}, or now: ${command('domain renew', host)}`,
				),
			);
}

/** `compartment domain show HOST`: shows one host and its certificate, without the private key. */
export async function domainShow(given: string, flags: CommonFlags): Promise<void> {
	const host = parseHost(given);
	const {names, domains} = await readDomains(flags);
	const domain = domains.find(each => each.host === host);
	if (!domain) {
		const meant = nearest(
			host,
			domains.map(each => each.host),
		);
		throw new UserError(
			`${host} is not a host of this environment${meant === undefined ? '' : `, did you mean ${meant}?`}`,
			{
				hint: command('domain list'),
			},
		);
	}
	if (isJson(flags)) process.stdout.write(jsonDocument({...names, domain}));
	else createTerminal(flags).print(sanitiseText(stringify(domain).trimEnd()));
}
