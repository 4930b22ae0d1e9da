import type {HostFinding, HostQuestion} from '../../certificates/verify/findings.ts';
import type {VerifiedHost} from '../../certificates/verify/judge-host.ts';
import type {Outcome} from '../../certificates/verify/reach.ts';
import {counted} from '../../counted.ts';
import {type DomainStatus, dayOf} from '../../state/certificates.ts';
import type {Paint} from '../colour.ts';
import {sanitiseLine} from '../sanitise.ts';
import {type Column, renderTable} from '../table.ts';

/** A finding with its commands as they are typed. */
type RenderedFinding = Omit<HostFinding, 'hint'> & {readonly hint: string | null};

export type VerificationRow = Pick<VerifiedHost, 'host' | 'type' | 'dns' | 'port80' | 'claims' | 'caa'> & {
	readonly certificate: {
		readonly status: DomainStatus;
		readonly issuer: string | null;
		readonly notAfter: string | null;
	};
	readonly findings: readonly RenderedFinding[];
};

const nothing = '-';

function dnsCell({type, dns}: VerificationRow): string {
	if (type === 'local') return 'resolves on this machine only';
	if (!dns) return nothing;
	const [first, ...others] = [...dns.a, ...dns.aaaa];
	if (first === undefined) {
		const code = dns.problems.a ?? dns.problems.aaaa;
		if (code === 'ENOTFOUND') return 'no such name';
		return code === null || code === 'ENODATA' ? 'no address' : 'no answer';
	}
	return others.length > 1 ? `${first} +${others.length}` : [first, ...others].join(', ');
}

const outcomeText: Readonly<Record<Outcome['outcome'], string>> = {
	router: 'this router',
	refused: 'refused',
	timeout: 'no answer',
	unreachable: 'unreachable',
	redirect: 'redirect',
	other: 'another server',
};

function portCell({port80}: VerificationRow): string {
	const failed = port80.filter(({outcome}) => outcome !== 'router');
	const [shown] = failed.length > 0 ? failed : port80;
	if (!shown) return nothing;
	const share = failed.length > 0 && failed.length < port80.length ? ` (${failed.length} of ${port80.length})` : '';
	return `${outcomeText[shown.outcome]}${share}`;
}

function caaCell({caa}: VerificationRow): string {
	if (!caa) return nothing;
	if (caa.status === 'anyone') return 'anyone';
	if (caa.status === 'unknown') return 'no answer';
	return caa.issuers.length === 0 ? 'nobody' : caa.issuers.join(', ');
}

function certificateCell({certificate: {status, issuer, notAfter}}: VerificationRow): string {
	if (issuer === null || notAfter === null) return 'none';
	const when = status === 'expired' ? 'expired' : 'until';
	return `${issuer}, ${when} ${dayOf(notAfter)}${status === 'waiting' ? ', not installed' : ''}`;
}

const claimCell = ({claims}: VerificationRow): string =>
	[...new Set(claims.map(({project, environment}) => `${project} ${environment}`))].join(', ') || nothing;

function columnsOf(paint: Paint): Column<VerificationRow>[] {
	const column = (title: string, question: HostQuestion, cell: (row: VerificationRow) => string, maxWidth: number) => ({
		title,
		value: (row: VerificationRow) => sanitiseLine(cell(row)),
		maxWidth,
		style: (text: string, {findings}: VerificationRow) => {
			const found = findings.filter(finding => finding.question === question);
			if (found.some(({status}) => status === 'problem')) return paint.fail(text);
			return found.length > 0 ? paint.warn(text) : text;
		},
	});
	return [
		{title: 'HOST', value: ({host}) => sanitiseLine(host)},
		column('DNS', 'dns', dnsCell, 44),
		column('PORT 80', 'port80', portCell, 30),
		column('ALSO CLAIMED BY', 'claims', claimCell, 40),
		column('CAA', 'caa', caaCell, 40),
		column('CERTIFICATE', 'certificate', certificateCell, 60),
	];
}

/** The findings; those with the same way out are together, above it. */
function findingLines(findings: readonly RenderedFinding[], paint: Paint): string[] {
	const marks = {problem: paint.fail('problem'), warning: paint.warn('warning')};
	const groups = Map.groupBy(findings, ({hint, message}) => hint ?? message);
	return [...groups.values()].flatMap(group => [
		...group.map(({status, message}) => `${marks[status]}  ${sanitiseLine(message)}`),
		...(group[0]!.hint === null ? [] : [`         ${paint.dim(sanitiseLine(group[0]!.hint))}`]),
	]);
}

type Shown = {readonly domains: readonly VerificationRow[]; readonly findings: readonly RenderedFinding[]};

/** The table of `domain verify`, and below it what is wrong and what to do. */
export function renderVerification({domains, findings}: Shown, paint: Paint): string {
	if (domains.length === 0) return 'Nothing to verify: the hosts of this environment resolve on this machine only.';
	const found = [...findings, ...domains.flatMap(each => each.findings)];
	const verdict = found.length === 0 ? [paint.ok(`${counted(domains.length, 'host')}: no problem found.`)] : [];
	return [
		renderTable(columnsOf(paint), domains, {titleStyle: paint.dim}),
		'',
		...findingLines(found, paint),
		...verdict,
	].join('\n');
}
