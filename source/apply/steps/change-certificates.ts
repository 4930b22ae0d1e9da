import {withoutCertificate} from '../../certificates/store-certificate.ts';
import {failpoint} from '../../failpoints.ts';
import {nameIn} from '../../model/address.ts';
import {hstsOf} from '../../plan/certificate-attributes.ts';
import {type Action, busyActions} from '../../plan/plan.ts';
import {changeCertificates, type RefusedCertificate} from '../../router/router.ts';
import type {InstallableCertificate} from '../../router/served-certificates.ts';
import {certificateKeySlot} from '../../state/certificates.ts';
import type {CertificateRecord} from '../../state/state.ts';
import type {ApplyContext} from '../context.ts';
import {obtainCertificates} from './obtain-certificates.ts';

/**
 * Changes the certificate of a host. The first of these steps begins all changes of the plan: one command of the router takes
 * as long as many. Needs no journal: what is interrupted is planned again from what the router has.
 */
export function changeCertificate(context: ApplyContext, host: string): Promise<void> {
	context.results.certificates ??= changeAll(context);
	return context.results.certificates[host]!;
}

/** All changes of the plan, by host. */
function changeAll(context: ApplyContext): Readonly<Record<string, Promise<void>>> {
	const {plan} = context;
	const obtained = plan.certificates ?? [];
	const actions = busyActions(plan).filter(({object}) => object === 'certificate');
	const hostsOf = (isWanted: (action: Action) => boolean) =>
		actions.filter(isWanted).map(({address}) => nameIn(address));
	const isObtained = (host: string) => obtained.some(each => each.host === host);
	const stored = hostsOf(({kind}) => kind !== 'delete').filter(host => !isObtained(host));
	const removed = hostsOf(({kind}) => kind === 'delete');
	// One after the other, because each is a command of the router.
	let last: Promise<readonly RefusedCertificate[]> = Promise.resolve([]);
	const change = (hosts: readonly string[], gone: readonly string[]) => {
		last = last.catch(() => []).then(() => install(context, hosts, gone));
		return last;
	};
	const together = [...stored, ...removed];
	const installed = together.length === 0 ? last : change(stored, removed);
	const changes = {
		...Object.fromEntries(together.map(host => [host, installed.then(refused => assertTaken(refused, host))])),
		...obtainCertificates(context, obtained, async host => assertTaken(await change([host], []), host)),
	};
	void Promise.allSettled(Object.values(changes));
	return changes;
}

function assertTaken(refused: readonly RefusedCertificate[], host: string): void {
	const own = refused.find(each => each.host === host);
	if (own) throw own.error;
}

/** Gives the router certificates of the state, and takes others away. */
async function install(
	context: ApplyContext,
	hosts: readonly string[],
	removed: readonly string[],
): Promise<readonly RefusedCertificate[]> {
	const {plan, engine, router, state, signal} = context;
	const certificates = await Promise.all(hosts.map(host => readInstallable(context, host)));
	const change = {lineage: plan.lineage, install: certificates, remove: removed};
	const refused = await changeCertificates(engine, router, change, signal);
	failpoint('certificate.after-install');
	const isRefused = ({host}: InstallableCertificate) => refused.some(each => each.host === host);
	await state.update(current => {
		const records = {...current.certificates};
		for (const {host, fingerprint, hstsSeconds} of certificates.filter(each => !isRefused(each))) {
			const record = records[host];
			if (!record) continue;
			records[host] = {...record, installed: {fingerprint, notAfter: record.notAfter, hstsSeconds}};
		}
		for (const host of removed) {
			const {installed: _, ...record} = records[host] ?? {};
			if (records[host]) records[host] = record as CertificateRecord;
		}
		const changed = {...current, certificates: records};
		// Nothing asks for those of the ACME server any more; a destroy keeps them for the next apply.
		const abandoned = plan.mode === 'apply' ? removed.filter(host => records[host]?.source === 'acme') : [];
		return abandoned.reduce(withoutCertificate, changed);
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
