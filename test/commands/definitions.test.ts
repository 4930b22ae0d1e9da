import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, expectTypeOf, it} from 'vitest';
import {commandGroups, commandNames} from '../../source/command-names.ts';
import {type ArgumentsOf, defineCommand, type FlagsOf} from '../../source/commands/definitions/definition.ts';
import {deploy} from '../../source/commands/definitions/deploy.ts';
import {inspect} from '../../source/commands/definitions/inspect.ts';
import {loadDefinitions} from '../../source/commands/definitions/load.ts';
import type {project} from '../../source/commands/definitions/project.ts';
import {resources} from '../../source/commands/definitions/resources.ts';
import {readSources} from '../imports.ts';
import {definitions} from './command-line.ts';

const isDescribed = (text: string | undefined): boolean => text !== undefined && /^\S.*[^.\s]$/.test(text);

describe('the definitions', () => {
	it('are those of all commands, in their order', () => {
		expect(definitions.commands.map(([name]) => name)).toEqual(commandNames);
	});

	it('of one word are loaded without the others', async () => {
		const loaded = async (first: string) => (await loadDefinitions(first)).commands.map(([name]) => name);
		expect(await loaded('plan')).toEqual(['plan']);
		expect(await loaded('job')).toEqual(['job run', 'job list', 'job logs']);
		expect(await loaded('help')).toEqual(commandNames);
	});

	it.each(definitions.commands)('of %s describe the command and its flags', (_, {description, flags}) => {
		expect(isDescribed(description)).toBe(true);
		const undescribed = Object.entries(flags).filter(([, flag]) => !isDescribed(flag.description));
		expect(undescribed).toEqual([]);
	});

	it('describe each word that stands before several commands', () => {
		const parents = commandNames.flatMap(name => {
			const words = name.split(' ').slice(0, -1);
			return words.map((_, index) => words.slice(0, index + 1).join(' '));
		});
		expect([...definitions.parents.keys()].sort()).toEqual([...new Set(parents)].sort());
		expect([...definitions.parents.values()].filter(text => !isDescribed(text))).toEqual([]);
	});

	it('name another flag where one is only another name', () => {
		for (const [, {flags}] of definitions.commands)
			for (const flag of Object.values(flags))
				if (flag.kind === 'boolean' && flag.implies !== undefined) expect(Object.keys(flags)).toContain(flag.implies);
	});
});

it.each([...new Set(Object.values(commandGroups))])('the commands of %s are tested as whole command lines', group => {
	const text = readFileSync(join(import.meta.dirname, `${group}.test.ts`), 'utf8');
	// Those of settings need no project, and have a harness without one.
	expect(text).toContain(group === 'settings' ? "run('list', '--json')" : `leavesNothingUntested('${group}'`);
});

describe('the entries', () => {
	const sources = readSources();
	const loaded = sources
		.filter(({path}) => path.startsWith('source/commands/definitions/'))
		.flatMap(({imports}) => imports.flatMap(({target, isDynamic}) => (isDynamic && target ? [target] : [])));

	it('are all that the folders of commands hold', () => {
		const files = sources
			.map(({path}) => path)
			.filter(path => /^source\/commands\/[^/]+\//.test(path) && !path.startsWith('source/commands/definitions/'));
		expect(files.length).toBeGreaterThan(40);
		expect(files.filter(path => !loaded.includes(path)).sort()).toEqual([]);
	});

	it('are loaded when they run: definitions import no other room, and no package', () => {
		const eager = sources
			.filter(({path}) => path.startsWith('source/commands/definitions/'))
			.flatMap(({path, imports}) => imports.map(found => ({path, ...found})))
			.filter(({isType, isDynamic}) => !isType && !isDynamic)
			.filter(
				({target}) => !/^source\/(?:commands\/definitions\/.*|(?:command-names|parallelism)\.ts)$/.test(target ?? ''),
			);
		expect(eager.map(({path, specifier}) => `${path} → ${specifier}`)).toEqual([]);
	});

	it.each(definitions.commands)('of %s are there', async (_, {run}) => {
		expect(await run()).toBeTypeOf('function');
	});
});

describe('the types of what an entry gets', () => {
	it('follow from the flags', () => {
		const {flags} = deploy.commands.apply;
		expectTypeOf<FlagsOf<typeof flags>>().toEqualTypeOf<{
			readonly color: boolean;
			readonly parallelism: number;
			readonly env?: string;
			readonly project?: string;
			readonly remote?: string;
			readonly lockTimeout?: number;
			readonly output?: 'text' | 'json';
			readonly json?: boolean;
			readonly service?: readonly string[];
			readonly rebuild?: boolean;
			readonly replace?: readonly string[];
			readonly full?: boolean;
			readonly expires?: number | null;
			readonly expiresData?: boolean;
			readonly autoApprove?: boolean;
			readonly plain?: boolean;
			readonly accessible?: boolean;
			readonly hold?: boolean;
			readonly release?: 'again' | 'done';
			readonly label?: string;
		}>();
		const {flags: logFlags} = inspect.commands.logs;
		expectTypeOf<FlagsOf<typeof logFlags>>().toHaveProperty('tail').toEqualTypeOf<number>();
		expectTypeOf<FlagsOf<typeof logFlags>>().toHaveProperty('time').toEqualTypeOf<boolean>();
		const {flags: deleteFlags} = resources.commands['resource delete'];
		expectTypeOf<FlagsOf<typeof deleteFlags>>().toHaveProperty('resource').toEqualTypeOf<string>();
		expectTypeOf<FlagsOf<typeof deleteFlags>>().not.toHaveProperty('autoApprove');
	});

	it('follow from the arguments', () => {
		type Values<Command extends {readonly arguments?: unknown}> = NonNullable<Command['arguments']>;
		expectTypeOf<ArgumentsOf<Values<typeof deploy.commands.apply>>>().toEqualTypeOf<readonly [string | undefined]>();
		expectTypeOf<ArgumentsOf<Values<typeof inspect.commands.exec>>>().toEqualTypeOf<
			readonly [string, readonly string[]]
		>();
		expectTypeOf<ArgumentsOf<Values<typeof project.commands.schema>>>().toEqualTypeOf<
			readonly ['compartment' | 'routes']
		>();
	});

	it('are compared with what the entry takes', () => {
		const example = {line: 'plan', text: 'Only an example'};
		const flags = {limit: {kind: 'number', least: 1, most: 9, value: 'count', description: 'Count'}} as const;
		const wrongType = async () => (_: {readonly limit?: string}) => undefined;
		const unknownFlag = async () => (_: {readonly tail?: number}) => undefined;
		defineCommand({
			description: 'One',
			flags,
			examples: [example],
			// @ts-expect-error The flag is a number.
			run: wrongType,
		});
		// @ts-expect-error The entry does not know the flag.
		defineCommand({description: 'Two', flags, examples: [example], run: unknownFlag});
	});
});
