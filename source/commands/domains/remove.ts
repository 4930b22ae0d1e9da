import {parseHost} from '../../certificates/host-name.ts';
import {withoutCertificate} from '../../certificates/store-certificate.ts';
import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal} from '../../output/terminal.ts';
import {changeState} from '../../workspace/change-variables.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {assertEnvironment, openWorkspace} from '../../workspace/workspace.ts';

/** `compartment domain remove HOST`: forgets a host's certificate and key, with effect from the next apply. */
export async function domainRemove(given: string, flags: CommonFlags): Promise<void> {
	const host = parseHost(given);
	const {print, paint} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	await assertEnvironment(workspace);
	const state = await changeState(workspace, 'certificate.removed', async current => {
		if (!Object.hasOwn({...current.certificates, ...current.certificateRequests}, host))
			throw new UserError(`No certificate is stored for ${host} in environment ${current.environment}.`, {
				hint: command('domain list'),
			});
		return {state: withoutCertificate(current, host), audit: {host}};
	});
	if (isJson(flags)) {
		const {project, environment} = state;
		process.stdout.write(jsonDocument({project: {name: project}, environment: {name: environment}, host}));
		return;
	}
	print(`Removed the certificate of ${host}.`);
	print(paint.dim(hintText(hint`The router keeps it until the next ${command('apply')}`)));
}
