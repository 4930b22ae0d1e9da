import type {Command} from 'commander';
import {type Definitions, loadDefinitions} from '../../source/commands/definitions/load.ts';
import {createProgram} from '../../source/commands/program.ts';

/** Those of every command. */
export const definitions: Definitions = await loadDefinitions();

/** Every command that does something, with its full name. */
export function commandsIn(parent: Command, prefix = ''): {readonly name: string; readonly command: Command}[] {
	return parent.commands.flatMap(command => {
		const name = `${prefix}${command.name()}`;
		return command.commands.length > 0 ? commandsIn(command, `${name} `) : [{name, command}];
	});
}

export const program = (): Command => createProgram('0.0.0', definitions, {printHelp: () => undefined});

export type Parsed = {
	readonly name: string;
	readonly options: Readonly<Record<string, unknown>>;
	readonly args: readonly string[];
};

/** Reads a command line with the real program, whose commands do nothing. Throws what the program would say. */
export async function parseCommandLine(words: readonly string[]): Promise<Parsed> {
	const root = program();
	let parsed: Parsed | undefined;
	for (const {name, command} of commandsIn(root)) {
		command.exitOverride().configureOutput({writeErr: () => undefined, writeOut: () => undefined});
		command.action(() => {
			parsed = {name, options: command.opts(), args: command.args};
		});
	}
	root.configureOutput({writeErr: () => undefined, writeOut: () => undefined});
	await root.parseAsync([...words], {from: 'user'});
	if (!parsed) throw new Error(`no command: ${words.join(' ')}`);
	return parsed;
}

/** The environment that a parsed command line acts on. */
export function environmentOf({name, options, args}: Parsed): string {
	if (name === 'environment delete') return String(args[0]);
	const target = name === 'promote' && options['from'] !== undefined ? options['to'] : undefined;
	return String(target ?? options['env'] ?? (name === 'variable run' ? 'development' : 'production'));
}

/** The words of a line as a POSIX shell splits them: quotes and `$'…'`, no expansion. */
export function shellWords(line: string): string[] {
	const words: string[] = [];
	const token = /\$'((?:\\x[0-9a-f]{2}|[^\\'])*)'|'([^']*)'|"([^"]*)"|\\(.)|([^\s'"\\]+)/y;
	let rest = line.trim();
	while (rest !== '') {
		let word = '';
		let index = 0;
		for (;;) {
			token.lastIndex = index;
			const match = token.exec(rest);
			if (!match) break;
			index = token.lastIndex;
			const [, bytes, single, double, escaped, plain] = match;
			word +=
				bytes === undefined
					? (single ?? double ?? escaped ?? plain)!
					: Buffer.from(
							bytes.replace(
								/\\x(..)|[^\\]/g,
								(found, hex: string | undefined) => hex ?? Buffer.from(found).toString('hex'),
							),
							'hex',
						).toString();
		}
		if (index === 0) throw new Error(`not a word: ${rest}`);
		words.push(word);
		rest = rest.slice(index).trimStart();
	}
	return words;
}
