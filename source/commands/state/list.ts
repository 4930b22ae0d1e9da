import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal} from '../../output/terminal.ts';
import {describeState} from '../../state/describe.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';

/** `compartment state list`: lists the addresses of all objects in the state. */
export async function stateList(flags: CommonFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const state = await readExistingState(await openWorkspace(flags));
	const addresses = Object.keys(describeState(state));
	if (isJson(flags)) {
		const {project, environment, lineage, serial, updatedAt} = state;
		process.stdout.write(jsonDocument({project, environment, lineage, serial, updatedAt, addresses}));
	} else if (addresses.length === 0) print(`The state of ${sanitiseLine(state.environment)} is empty.`);
	else print(addresses.map(address => sanitiseLine(address)).join('\n'));
}
