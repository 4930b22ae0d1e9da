import {parseHost} from '../../certificates/host-name.ts';
import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal} from '../../output/terminal.ts';
import {isDue, obtainableCertificates} from '../../plan/obtainable.ts';
import {plainRequest} from '../../refresh/plan-request.ts';
import {acmeOf} from '../../settings/acme.ts';
import type {State} from '../../state/state.ts';
import {isJson} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';
import {type ApplyFlags, apply} from '../deploy/apply.ts';
import type {ApplyOutcome} from '../exit-code.ts';

/** Why a host's certificate is not obtained, with the way to another one. */
function refusal({certificates, routes}: State, host: string, isAcmeOn: boolean): UserError {
	if (certificates?.[host]?.source === 'file')
		return new UserError(`The certificate of ${host} was given as files, so Compartment cannot renew it.`, {
			hint: hint`Give a new one: ${command('domain add', host, '--cert', 'FILE', '--key', 'FILE')}`,
		});
	if (!isAcmeOn)
		return new UserError('The settings name no ACME server.', {
			hint: hint`${command('settings set', 'acme.directory', 'URL')} and ${command('settings set', 'acme.email', 'ADDRESS')}`,
		});
	const isServed = Object.hasOwn(routes?.hosts ?? {}, host);
	return new UserError(
		isServed
			? `${host} is not a domain that a certificate is asked for.`
			: `${host} is not a host of this environment.`,
		{hint: isServed ? command('domain add', host) : command('domain list')},
	);
}

/** `compartment domain renew [HOST…]`: obtains certificates again, after a plan and approval. */
export async function domainRenew(given: readonly string[], flags: ApplyFlags): Promise<ApplyOutcome> {
	const named = [...new Set(given.map(parseHost))];
	const workspace = await openWorkspace(flags);
	const state = await readExistingState(workspace);
	const {settings} = workspace;
	const isAcmeOn = acmeOf(settings) !== undefined;
	const routed = state.routes?.hosts ?? {};
	const obtainable = obtainableCertificates({state, routed, baseDomain: settings.baseDomain, isAcmeOn});
	const hosts = obtainable.map(({host}) => host);
	const unknown = named.find(host => !hosts.includes(host));
	if (unknown !== undefined) throw refusal(state, unknown, isAcmeOn);
	const renewed = named.length > 0 ? named : hosts.filter(host => isDue(state, host, Date.now()));
	if (renewed.length > 0) return apply('renew', undefined, flags, {...plainRequest, mode: 'renew', renewed});
	const {print} = createTerminal(flags);
	const {project, environment} = state;
	if (isJson(flags))
		process.stdout.write(jsonDocument({project: {name: project}, environment: {name: environment}, renewed: []}));
	else print('No certificate is due.');
	return 'done';
}
