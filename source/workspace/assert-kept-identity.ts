import {existsSync} from 'node:fs';
import {isContinuousIntegration} from '../continuous-integration.ts';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {identityPath} from '../state/identity.ts';
import {isOnEngine} from '../state/place.ts';
import {hasState} from '../state/state-file.ts';

/**
 * Refuses to make the first state of an environment on the engine in a job of CI that has no identity: one made now would be
 * gone with the job, and nobody could read the state again.
 * @throws UserError
 */
export function assertKeptIdentity(
	{environment, directory}: {readonly environment: string; readonly directory: string},
	env: NodeJS.ProcessEnv = process.env,
): void {
	if (!isContinuousIntegration(env) || env['COMPARTMENT_PASSPHRASE'] || existsSync(identityPath(env))) return;
	if (!isOnEngine(directory) || hasState(directory)) return;
	throw new UserError(
		`This job of CI has no identity: nobody could read the state of ${environment} after it. Nothing was changed.`,
		{
			hint: hint`On your machine, COMPARTMENT_IDENTITY_FILE=ci-identity ${command('variable recipients show')} makes one. Keep that file as a secret of CI, and name it in COMPARTMENT_IDENTITY_FILE; or set COMPARTMENT_PASSPHRASE.`,
		},
	);
}
