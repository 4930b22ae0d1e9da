import {ensureAuthority, readAuthority} from '../../certificates/local-authority.ts';
import {trustSteps} from '../../certificates/trust-steps.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal} from '../../output/terminal.ts';
import {dayOf} from '../../state/certificates.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';

/** `compartment domain trust`: makes the local authority if there is none, and prints how systems and browsers trust it. */
export async function domainTrust(flags: CommonFlags): Promise<void> {
	const {print, paint} = createTerminal(flags);
	const isNew = readAuthority() === undefined;
	const {path, fingerprint, notAfter} = await ensureAuthority();
	const steps = trustSteps(path);
	if (isJson(flags)) {
		process.stdout.write(jsonDocument({certificate: path, fingerprint, notAfter, isNew, steps}));
		return;
	}
	print(`${isNew ? 'Made a local authority' : 'Local authority'}, valid until ${dayOf(notAfter)}: ${path}`);
	print(paint.dim(`SHA-256 ${fingerprint}`));
	print(
		paint.dim(
			'It issues for localhost and names that end in .localhost alone. Its key is encrypted for your identity.',
		),
	);
	for (const {system, lines} of steps) print(['', `${system}:`, ...lines.map(line => `  ${line}`)].join('\n'));
}
