import {UserError} from '../errors.ts';
import {command} from '../hint.ts';
import {type Terminal, warn} from '../output/terminal.ts';
import {hintText} from '../workspace/invocation.ts';
import {openEngine} from '../workspace/workspace.ts';

/**
 * After a change of the registered projects: an agent that is installed as a container sees only what was mounted when its
 * container was made, so that is replaced. Never fails: what could not be done is a warning with the command that does it.
 */
export async function updateAgent(terminal: Pick<Terminal, 'print' | 'inform' | 'paint'>): Promise<void> {
	try {
		const {updateContainer} = await import('../agent/install/container.ts');
		const isReplaced = await updateContainer(await openEngine());
		if (isReplaced)
			terminal.print("The agent's container was replaced by one that sees the projects that are registered now.");
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		const again = hintText(command('agent install', '--container'));
		warn(terminal, [
			`The agent's container, if there is one, was not updated: ${error.message}\nInstall it again: ${again}`,
		]);
	}
}
