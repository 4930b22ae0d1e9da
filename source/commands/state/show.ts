import {stringify} from 'yaml';
import {UserError} from '../../errors.ts';
import {command} from '../../hint.ts';
import {nearest} from '../../nearest.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseText} from '../../output/sanitise.ts';
import {createTerminal} from '../../output/terminal.ts';
import {describeState} from '../../state/describe.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';

/** `compartment state show ADDRESS`: shows one object of the state, without sensitive values. */
export async function stateShow(address: string, flags: CommonFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const objects = describeState(await readExistingState(await openWorkspace(flags)));
	if (!Object.hasOwn(objects, address)) {
		const suggestion = nearest(address, Object.keys(objects));
		throw new UserError(`${address} is not in the state${suggestion ? `, did you mean ${suggestion}?` : ''}`, {
			hint: command('state list'),
		});
	}
	if (isJson(flags)) process.stdout.write(jsonDocument(objects[address]));
	else print(sanitiseText(stringify({[address]: objects[address]}).trimEnd()));
}
