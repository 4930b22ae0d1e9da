import type {Engine} from '../engine/engine.ts';
import {messageOf} from '../errors.ts';
import {addChallenges, type RouterOptions, removeChallenges} from '../router/router.ts';
import type {AcmeSettings} from '../settings/acme.ts';
import {connectAcme} from './acme-client.ts';
import {orderCertificate, type Prover} from './acme-order.ts';
import {createTransport} from './acme-transport.ts';
import {type CheckedCertificate, checkCertificate} from './check-certificate.ts';
import {runDnsCommand} from './dns-command.ts';
import {failedBefore, IssueError} from './issue-error.ts';

type AcmePlace = {
	readonly acme: AcmeSettings;
	readonly engine: Engine;
	readonly router: RouterOptions;
	/** Folder of the project, where DNS commands run. */
	readonly folder: string;
	readonly signal: AbortSignal;
	readonly env?: NodeJS.ProcessEnv;
};

/** Asks an ACME server for certificates. */
export type AcmeIssuer = {
	/** @throws IssueError with the reason */
	readonly issue: (
		wanted: {readonly host: string; readonly dnsCommand?: string | undefined},
		say: (message: string) => void,
	) => Promise<CheckedCertificate>;
	readonly close: () => void;
};

/** The router answers the server on every host, whatever it serves there. */
const throughRouter = ({engine, router, signal}: AcmePlace): Prover => ({
	type: 'http-01',
	async publish({token, answer}) {
		try {
			await addChallenges(engine, router, [{token, answer}], signal);
		} catch (error) {
			throw failedBefore('router', messageOf(error), error);
		}
		// What stays is removed after a day.
		return () => removeChallenges(engine, router, [token]).catch(() => undefined);
	},
});

const throughDns = ({folder, signal}: AcmePlace, line: string, say: (message: string) => void): Prover => ({
	type: 'dns-01',
	async publish({host, answer}) {
		const name = `_acme-challenge.${host}`;
		say(`the DNS command adds ${name}`);
		const run = (action: 'present' | 'cleanup') => runDnsCommand({line, action, name, value: answer, folder, signal});
		await run('present');
		return () => run('cleanup').catch((error: unknown) => say(`not removed from DNS: ${messageOf(error)}`));
	},
});

/** Opens what asks the ACME server of the settings. Connects with the first request. */
export function openAcme(place: AcmePlace): AcmeIssuer {
	const {acme, signal, env = process.env} = place;
	const transport = createTransport({caFile: acme.caFile, signal});
	const connection = connectAcme(acme, transport, env);
	return {
		async issue({host, dnsCommand}, say) {
			const prover = dnsCommand === undefined ? throughRouter(place) : throughDns(place, dnsCommand, say);
			try {
				const {chain, key} = await connection.use(client => orderCertificate(client, {host, prover, signal, say}));
				const files = {chainFile: 'the issued certificate', keyFile: 'its key'};
				return await checkCertificate({chain, key, host, now: Date.now(), isAnyAuthority: true, ...files});
			} catch (error) {
				if (error instanceof IssueError || signal.aborted) throw error;
				// An answer that was not as expected, or a certificate that does not fit, is not asked for again at once either.
				throw failedBefore('server', messageOf(error), error);
			}
		},
		close: transport.close,
	};
}
