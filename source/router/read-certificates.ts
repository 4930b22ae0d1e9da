import type {Engine} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {parseNetworkName} from '../model/names.ts';
import type {Owner} from '../model/own.ts';
import {type ObservedRouter, observeRouter, runScript} from './container.ts';
import type {RouterOptions} from './options.ts';
import {certificatesScript} from './scripts.ts';
import type {ServedCertificate} from './served-certificates.ts';

/** What the router's volume says of certificates. */
export type CertificateIndex = {
	/** The file as it is, to notice a change. */
	readonly text: string;
	readonly certificates: readonly ServedCertificate[];
	/** The environments that have routes. */
	readonly lineages: ReadonlySet<string>;
};

export async function readIndex(
	engine: Pick<Engine, 'exec'>,
	containerId: string,
	signal?: AbortSignal,
): Promise<CertificateIndex> {
	const {stdout, stderr, exitCode} = await runScript(engine, containerId, certificatesScript, [], {signal});
	if (exitCode !== 0) throw new UserError(`Cannot read the router's certificates: ${stderr.trim()}`);
	const end = stdout.indexOf('\n') + 1;
	const text = stdout.slice(end);
	const lineages = new Set([...stdout.slice(0, end).matchAll(/tables\/(\S+)\.json/g)].map(([, lineage]) => lineage!));
	return {text, lineages, certificates: text === '' ? [] : (JSON.parse(text) as ServedCertificate[])};
}

/**
 * Finds the certificates of environments that were destroyed while the router did not run: it has no routes of them, and is
 * not in their network, which it joins before it gets their certificates.
 * @param router read after the index, so that it has joined all networks of living environments in it
 * @param own the environment that asks; another lineage with its names is an earlier one
 */
export const findLeftOver = (
	{certificates, lineages}: CertificateIndex,
	{networks = []}: Pick<ObservedRouter, 'networks'>,
	own: Pick<Owner, 'lineage'> & Partial<Owner>,
): readonly ServedCertificate[] =>
	certificates.filter(({lineage, project, environment}) => {
		if (lineages.has(lineage)) return false;
		if (lineage !== own.lineage && project === own.project && environment === own.environment) return true;
		return !networks.some(name => parseNetworkName(project, environment, name));
	});

/**
 * The certificates of the environments that the router serves; none if it is not running.
 * @param withLeftOver also those of this environment that an earlier life of it left in the router
 */
export async function readCertificates(
	engine: Pick<Engine, 'exec'>,
	reads: Parameters<typeof observeRouter>[0],
	options: RouterOptions,
	own: Owner,
	withLeftOver: boolean,
): Promise<readonly ServedCertificate[]> {
	const router = await observeRouter(reads, options);
	if (router.state !== 'running' || !router.containerId) return [];
	const index = await readIndex(engine, router.containerId);
	const leftOver = findLeftOver(index, router, own);
	const isWanted = (each: ServedCertificate) =>
		!leftOver.includes(each) || (withLeftOver && each.lineage === own.lineage);
	return index.certificates.filter(isWanted);
}
