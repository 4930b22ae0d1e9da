import {expect, test} from 'vitest';
import {type ParsedSource, parseSources, type SyntaxNode, textOf} from './source-code.ts';

/** Schemes of engines' addresses, as a prefix of a text or in a pattern. `ssh:` and `https:` are also those of stores. */
const scheme = /\b(?:unix|npipe|tcp|memory)\b[^:]{0,20}:/;

/** Checks the form of an address that somebody types; connects to nothing. */
const checksForm = 'source/settings/machines.ts';

const deciding = new Set(['startsWith', 'test', 'match', 'exec', 'includes', 'search', 'indexOf']);

const patternOf = (node: unknown): string => {
	const {regex} = (node ?? {}) as {readonly regex?: {readonly pattern: string}};
	return regex?.pattern ?? textOf(node, '…') ?? '';
};

/** Calls such as `address.startsWith('unix:')` and `/^(ssh|tcp):/.test(address)`. */
function decisionsIn({nodes}: Pick<ParsedSource, 'nodes'>): string[] {
	return nodes.flatMap(node => {
		const callee = node['callee'] as SyntaxNode | undefined;
		if (node.type !== 'CallExpression' || callee?.type !== 'MemberExpression') return [];
		const method = (callee['property'] as {readonly name?: string}).name ?? '';
		const given = [callee['object'], ...(node['arguments'] as readonly unknown[])].map(patternOf);
		return deciding.has(method) ? given.filter(text => scheme.test(text)) : [];
	});
}

const member = (object: unknown, name: string, argument: unknown): SyntaxNode => ({
	type: 'CallExpression',
	callee: {type: 'MemberExpression', object, property: {type: 'Identifier', name}},
	arguments: [argument],
});
const address = {type: 'Identifier', name: 'address'};
const pattern = (text: string) => ({type: 'Literal', value: {}, regex: {pattern: text}});

test('the scan knows a decision from an address', () => {
	const nodes = [
		member(address, 'startsWith', {type: 'Literal', value: 'unix:'}),
		member(pattern('^(?:ssh|tcp|https):'), 'test', address),
		member(pattern('^(unix|npipe):'), 'test', address),
		member(address, 'startsWith', {type: 'Literal', value: 's3://'}),
	];
	expect(decisionsIn({nodes})).toEqual(['unix:', '^(?:ssh|tcp|https):', '^(unix|npipe):']);
});

test('only the room engine decides from an address whether an engine is on this machine; others ask its isLocal', () => {
	const found = parseSources()
		.filter(({path}) => !path.startsWith('source/engine/') && path !== checksForm)
		.flatMap(source => decisionsIn(source).map(text => `${source.path}: ${text}`));
	expect(found).toEqual([]);
});
