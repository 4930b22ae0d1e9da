import {writeFileSync} from 'node:fs';
import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal} from '../../output/terminal.ts';
import {serializeState} from '../../state/document.ts';
import {isOnEngine} from '../../state/place.ts';
import {fileError, privateFileMode} from '../../state/private-file.ts';
import {ensureKey} from '../../state/trust-key.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';

type PullFlags = CommonFlags & {readonly out?: string};

/** `compartment state pull`: prints the state that the engine has, or writes it to a file, which `state push` takes. */
export async function statePull({out, ...flags}: PullFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const {directory, environment} = workspace;
	const state = await readExistingState(workspace);
	if (!isOnEngine(directory))
		throw new UserError(`The state of environment ${environment} is in ${directory}, not on the engine.`, {
			hint: hint`Move it there: ${command('state migrate', '--to', 'engine')}`,
		});
	const text = serializeState(state, ensureKey(state, directory));
	if (out === undefined) return void process.stdout.write(jsonDocument(JSON.parse(text)));
	try {
		writeFileSync(out, text, {mode: privateFileMode});
	} catch (error) {
		throw fileError('write', out, error);
	}
	if (isJson(flags))
		process.stdout.write(jsonDocument({environment: {name: environment}, serial: state.serial, file: out}));
	else print(`Wrote the state of ${sanitiseLine(environment)}, serial ${state.serial}, to ${sanitiseLine(out)}.`);
}
