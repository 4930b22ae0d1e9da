import {loadDefinitions} from '../../source/commands/definitions/load.ts';
import {commandsPage} from './commands.ts';
import {keysPage} from './keys.ts';

/** The pages of docs/ that are generated, by file name. */
export const generatedPages = async (): Promise<Readonly<Record<string, string>>> => ({
	'commands.md': commandsPage(await loadDefinitions()),
	'keys.md': keysPage(),
});
