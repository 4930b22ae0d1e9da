import {nameIn} from '../../model/address.ts';
import {hstsOf} from '../../plan/certificates.ts';
import {type Action, busyActions} from '../../plan/plan.ts';
import {changeCertificates, type RefusedCertificate} from '../../router/router.ts';
import type {InstallableCertificate} from '../../router/served-certificates.ts';
import {certificateKeySlot} from '../../state/certificates.ts';
import type {CertificateRecord} from '../../state/state.ts';
import type {ApplyContext} from '../context.ts';

/**
 * Makes all changes of certificates that the plan has, with the first of their steps: one command of the router takes as long
 * as many. The other steps share its result. Needs no journal: what is interrupted is planned again from what the router has.
 * @throws UserError if the router refused the certificate of this host
 */
export async function changeCertificatesOnce(context: ApplyContext, host: string): Promise<void> {
	context.results.certificates ??= changeAll(context);
	const refused = await context.results.certificates;
	const own = refused.find(each => each.host === host);
	if (own) throw own.error;
}

async function changeAll(context: ApplyContext): Promise<readonly RefusedCertificate[]> {
	const {plan, engine, router, state, signal} = context;
	const actions = busyActions(plan).filter(({object}) => object === 'certificate');
	const hostsOf = (isWanted: (action: Action) => boolean) =>
		actions.filter(isWanted).map(({address}) => nameIn(address));
	const hosts = hostsOf(({kind}) => kind !== 'delete');
	const removed = hostsOf(({kind}) => kind === 'delete');
	const install = await Promise.all(hosts.map(host => readInstallable(context, host)));
	const change = {lineage: plan.lineage, install, remove: removed};
	const refused = await changeCertificates(engine, router, change, signal);
	const isRefused = ({host}: InstallableCertificate) => refused.some(each => each.host === host);
	await state.update(current => {
		const certificates = {...current.certificates};
		for (const {host, fingerprint, hstsSeconds} of install.filter(each => !isRefused(each))) {
			const record = certificates[host];
			if (!record) continue;
			certificates[host] = {...record, installed: {fingerprint, notAfter: record.notAfter, hstsSeconds}};
		}
		for (const host of removed) {
			const {installed: _, ...record} = certificates[host] ?? {};
			if (certificates[host]) certificates[host] = record as CertificateRecord;
		}
		return {...current, certificates};
	});
	return refused;
}

async function readInstallable(
	{plan, state, secrets, settings}: ApplyContext,
	host: string,
): Promise<InstallableCertificate> {
	const record = state.current().certificates![host]!;
	const {scope, key} = certificateKeySlot(host);
	const privateKey = await secrets.readCiphertext(record.ciphertext, scope, key);
	return {
		host,
		lineage: plan.lineage,
		project: plan.project,
		environment: plan.environment,
		fingerprint: record.fingerprint,
		notAfter: Math.floor(Date.parse(record.notAfter) / 1000),
		hstsSeconds: hstsOf(record, settings.hstsSeconds),
		pem: `${record.chain}${privateKey}`,
	};
}
