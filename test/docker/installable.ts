import {X509Certificate} from 'node:crypto';
import type {InstallableCertificate} from '../../source/router/served-certificates.ts';
import type {Made} from '../certificates/make.ts';
import type {Lab} from './router-lab.ts';

/** A certificate as the router takes it, for one host of the lab's environment. */
export function installable(
	lab: Pick<Lab, 'lineage' | 'project'>,
	host: string,
	{chain, key}: Made,
	hstsSeconds = 0,
): InstallableCertificate {
	const leaf = new X509Certificate(chain);
	return {
		host,
		lineage: lab.lineage,
		project: lab.project,
		environment: 'production',
		fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
		notAfter: Math.floor(leaf.validToDate.getTime() / 1000),
		hstsSeconds,
		pem: chain + key,
	};
}
