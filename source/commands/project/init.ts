import {resolve} from 'node:path';
import {createInterface} from 'node:readline/promises';
import {findRailpackTools} from '../../build/railpack/find-railpack.ts';
import {writeDescriptor} from '../../console/write-descriptor.ts';
import {command, hint} from '../../hint.ts';
import {projectNameOf} from '../../init/detect.ts';
import {composeAdvice, describeInit} from '../../init/init.ts';
import {warningsOf} from '../../init/remarks.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal, warn} from '../../output/terminal.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';

type InitFlags = CommonFlags & {readonly name?: string};

async function askName(directory: string): Promise<string | undefined> {
	const suggestion = projectNameOf(directory);
	const prompt = createInterface({input: process.stdin, output: process.stdout});
	try {
		const answer = await prompt.question(`Project name${suggestion ? ` [${suggestion}]` : ''}: `);
		return answer.trim() || suggestion;
	} finally {
		prompt.close();
	}
}

/** `compartment init`: creates a compartment.yml in this folder; never overwrites one. */
export async function init(flags: InitFlags): Promise<void> {
	const directory = resolve('.');
	const terminal = createTerminal(flags);
	const shouldAsk = flags.name === undefined && terminal.isInteractive && !isJson(flags);
	// Checks first, so that the user is not asked for a name when the file exists.
	if (shouldAsk) await describeInit(directory, projectNameOf(directory) ?? 'project');
	const hasRailpack = 'tools' in (await findRailpackTools(directory));
	const initial = await describeInit(directory, shouldAsk ? await askName(directory) : flags.name, hasRailpack);
	writeDescriptor(initial.text, {folder: directory, shown: './compartment.yml', isReplaced: false});
	if (isJson(flags)) {
		process.stdout.write(jsonDocument({file: './compartment.yml', name: initial.name, services: initial.services}));
		return;
	}
	const services = initial.services.map(({name, path}) => `${name} -> ${path}`).join(', ');
	terminal.print(`Created ./compartment.yml for ${initial.name}. Initialized ${sanitiseLine(services)}`);
	warn(terminal, [
		...warningsOf(initial.services),
		...(initial.composeFile ? [hintText(composeAdvice(initial.composeFile))] : []),
	]);
	terminal.print(terminal.paint.dim(hintText(hint`Next: ${command('plan')}. All fields: ${command('schema')}`)));
}
