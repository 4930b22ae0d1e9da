import {afterEach, expect, it, vi} from 'vitest';
import {createTerminal} from '../../source/output/terminal.ts';
import {parseSources, type SyntaxNode} from '../source-code.ts';

afterEach(() => vi.restoreAllMocks());

/** Files that write to the terminal themselves, because they clean each line or write nothing but their own text. */
const writers = [
	'cli.tsx',
	'source/commands/complete.ts',
	'source/commands/depart.ts',
	'source/commands/deploy/job.ts',
	'source/commands/inspect/deployment-logs.ts',
	'source/commands/inspect/logs.ts',
	'source/commands/project/completion.ts',
	'source/commands/run-command-line.ts',
	'source/commands/to-the-end.ts',
	'source/commands/variables/run.ts',
	'source/console/ask-in-lines.ts',
	'source/console/ask-value.ts',
	'source/console/ask-yes.ts',
	'source/console/clipboard.ts',
	'source/console/confirm-name.ts',
	'source/console/show-apply.ts',
	'source/console/work-view.ts',
	'source/dashboard/lines.ts',
	'source/dev/lines.ts',
	'source/engine/ssh/ssh-words.ts',
	'source/output/terminal.ts',
	'source/ui/keys/use-suspend.ts',
	'source/ui/parts/use-full-screen.ts',
	'source/ui/terminal/use-progress.ts',
];

const json = ['jsonDocument', 'jsonLine', 'eventLine', 'planLine'];

const nameOf = (node: unknown): string => {
	const {type, name, object, property} = node as SyntaxNode;
	if (type === 'MemberExpression') return `${nameOf(object)}.${nameOf(property)}`;
	return String(name ?? '');
};

it('text is written only through print and inform, which sanitise it, or as JSON', () => {
	const found = parseSources().flatMap(({path, nodes}) =>
		nodes.flatMap(({type, callee, arguments: given}) => {
			if (
				type !== 'CallExpression' ||
				!/(?:^|\.)(?:stdout|stderr|process\.stream)\.write$|^console\./.test(nameOf(callee))
			)
				return [];
			const [text] = given as readonly SyntaxNode[];
			return text?.type === 'CallExpression' && json.includes(nameOf(text['callee'])) ? [] : [path];
		}),
	);
	expect([...new Set(found)].sort()).toEqual(writers);
});

it.each([
	['1', /^ab.*red\x1b\[0m\n$/],
	['0', /^abred\n$/],
])(
	'print and inform take everything out of a text that a terminal would obey, but colours (FORCE_COLOR=%s)',
	(force, expected) => {
		vi.stubEnv('FORCE_COLOR', force);
		vi.stubEnv('NO_COLOR', '');
		const hostile = 'a\x1b[2J\x1b]0;title\x07b\x9b31m\x1b[31mred\x1b[0m\u202e';
		for (const [stream, write] of [
			['stdout', 'print'],
			['stderr', 'inform'],
		] as const) {
			const written: string[] = [];
			vi.spyOn(process[stream], 'write').mockImplementation(text => written.push(String(text)) > 0);
			createTerminal({})[write](hostile);
			expect(written.join('')).toMatch(expected);
			expect(written.join('').replaceAll('\x1b[31m', '').replaceAll('\x1b[0m', '')).not.toMatch(
				/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/,
			);
		}
	},
);

it('print keeps the tabs of a list', () => {
	const written: string[] = [];
	vi.spyOn(process.stdout, 'write').mockImplementation(text => written.push(String(text)) > 0);
	createTerminal({}).print('db\trunning\tdb.local');
	expect(written).toEqual(['db\trunning\tdb.local\n']);
});
