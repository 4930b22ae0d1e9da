import {nameIn} from '../../model/address.ts';
import {hstsOf} from '../../plan/certificates.ts';
import {type Action, busyActions} from '../../plan/plan.ts';
import {changeCertificates} from '../../router/router.ts';
import type {InstallableCertificate} from '../../router/served-certificates.ts';
import {certificateKeySlot} from '../../state/certificates.ts';
import type {CertificateRecord} from '../../state/state.ts';
import type {ApplyContext} from '../context.ts';

/**
 * Makes all changes of certificates that the plan has, with the first of their steps: one command of the router takes as long
 * as many. The other steps share its result. Needs no journal: what is interrupted is planned again from what the router has.
 */
export function changeCertificatesOnce(context: ApplyContext): Promise<void> {
	context.results.certificates ??= changeAll(context);
	return context.results.certificates;
}

async function changeAll(context: ApplyContext): Promise<void> {
	const {plan, engine, router, state, signal} = context;
	const actions = busyActions(plan).filter(({object}) => object === 'certificate');
	const hostsOf = (isWanted: (action: Action) => boolean) =>
		actions.filter(isWanted).map(({address}) => nameIn(address));
	const hosts = hostsOf(({kind}) => kind !== 'delete');
	const removed = hostsOf(({kind}) => kind === 'delete');
	const install = await Promise.all(hosts.map(host => readInstallable(context, host)));
	await changeCertificates(engine, router, {lineage: plan.lineage, install, remove: removed}, signal);
	await state.update(current => {
		const certificates = {...current.certificates};
		for (const {host, fingerprint, hstsSeconds} of install) {
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
