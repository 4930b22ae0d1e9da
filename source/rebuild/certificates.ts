import {checkCertificate} from '../certificates/check-certificate.ts';
import {readAuthority} from '../certificates/local-authority.ts';
import {present} from '../descriptor/present.ts';
import type {Engine} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {obtainableCertificates} from '../plan/obtainable.ts';
import {certificateFolder} from '../router/layout.ts';
import {observeRouter, type RouterOptions, readCertificates} from '../router/router.ts';
import {fileOf, type ServedCertificate} from '../router/served-certificates.ts';
import {acmeServerOf} from '../settings/acme.ts';
import type {Settings} from '../settings/settings.ts';
import type {CertificateRecord, State} from '../state/state.ts';
import type {ClearCertificate} from './rebuilt.ts';

type RouterReach = {readonly engine: Engine; readonly router: RouterOptions; readonly settings: Settings};

const {X509Certificate} = process.getBuiltinModule('node:crypto');

const keyPattern = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*-----END [A-Z ]*PRIVATE KEY-----/;

/** Whether this user's authority has issued a certificate. */
function isOwn(chain: string): boolean {
	const authority = readAuthority();
	if (!authority) return false;
	const root = new X509Certificate(authority.certificate);
	const leaf = new X509Certificate(chain);
	return leaf.checkIssued(root) && leaf.verify(root.publicKey);
}

/** Where a certificate came from, as far as the certificate shows: an ACME server issues for every domain of a service. */
function sourceOf(state: State, host: string, chain: string, settings: Settings): CertificateRecord['source'] {
	if (isOwn(chain)) return 'local';
	const {baseDomain} = settings;
	const routed = state.routes?.hosts ?? {};
	const obtainable = obtainableCertificates({state, routed, baseDomain, isAcmeOn: acmeServerOf(settings) !== null});
	return obtainable.some(each => each.host === host) ? 'acme' : 'file';
}

async function readOne(
	state: State,
	settings: Settings,
	{host, fingerprint, notAfter, hstsSeconds}: ServedCertificate,
	pem: string,
): Promise<ClearCertificate | undefined> {
	const key = keyPattern.exec(pem)?.[0] ?? '';
	const file = `the router's file of ${host}`;
	const given = {chain: pem, key, host, now: Date.now(), isAnyAuthority: true, chainFile: file, keyFile: file};
	try {
		const checked = await checkCertificate(given);
		const installed = {fingerprint, notAfter: new Date(notAfter * 1000).toISOString(), hstsSeconds};
		const source = sourceOf(state, host, checked.chain, settings);
		return present({...checked, host, source, installed, updatedAt: new Date().toISOString()});
	} catch (error) {
		if (error instanceof UserError) return undefined;
		throw error;
	}
}

/** The certificates of an environment that the router has, with their keys, and the hosts of those that cannot be read. */
export async function readRouterCertificates(
	{engine, router, settings}: RouterReach,
	state: State,
): Promise<{readonly found: readonly ClearCertificate[]; readonly lost: readonly string[]}> {
	const served = (await readCertificates(engine, engine, router, state, true)).filter(
		({lineage}) => lineage === state.lineage,
	);
	if (served.length === 0) return {found: [], lost: []};
	const {containerId} = await observeRouter(engine, router);
	const files = await engine.readFiles(containerId!, certificateFolder);
	const read = await Promise.all(
		served.map(each => readOne(state, settings, each, files?.get(fileOf(each))?.toString() ?? '')),
	);
	return {
		found: read.filter(each => each !== undefined),
		lost: served.flatMap(({host}, index) => (read[index] ? [] : [host])),
	};
}
