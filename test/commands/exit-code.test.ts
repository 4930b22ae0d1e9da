import {expect, it, test} from 'vitest';
import {exitCodeOf} from '../../source/commands/exit-code.ts';
import {parseSources, type SyntaxNode} from '../source-code.ts';

it.each([
	[undefined, 0],
	['done', 0],
	['not-applied', 0],
	['failed', 1],
	['cancelled', 130],
	[2, 2],
] as const)('a command that returns %s exits with %i', (result, code) => {
	expect(exitCodeOf(result)).toBe(code);
});

test('only the end of a command sets the exit code, and the entry for a Node that is too old', () => {
	const sets = ({type, ...node}: SyntaxNode): boolean => {
		const left = node['left'] as SyntaxNode | undefined;
		const [object, property] = [left?.['object'], left?.['property']] as ({readonly name?: string} | undefined)[];
		return type === 'AssignmentExpression' && object?.name === 'process' && property?.name === 'exitCode';
	};
	const setting = parseSources().filter(({nodes}) => nodes.some(sets));
	expect(setting.map(({path}) => path)).toEqual(['cli.tsx', 'source/commands/to-the-end.ts']);
});
