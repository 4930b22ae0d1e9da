import {expect, test} from 'vitest';
import {parseSources, type SyntaxNode, textOf} from './source-code.ts';

// Rules that one function keeps. Another place that decides the same has to be named here, with the reason why it may.

const sources = parseSources();

/** What is found in the files that are not excepted, as `path: text`. */
const foundIn = (excepted: Readonly<Record<string, string>>, find: (nodes: readonly SyntaxNode[]) => string[]) =>
	sources
		.filter(({path}) => !Object.keys(excepted).some(place => path === place || path.startsWith(`${place}/`)))
		.flatMap(({path, nodes}) => find(nodes).map(text => `${path}: ${text}`));

/** Templates such as `http://${host}` and `${scheme}://${host}`. */
const urlsIn = (nodes: readonly SyntaxNode[]): string[] =>
	nodes.flatMap(node => {
		const text = node.type === 'TemplateLiteral' ? textOf(node, '…') : undefined;
		return text !== undefined && /^(?:https?|…):\/\/…/.test(text) ? [text] : [];
	});

/** Comparisons with the kind `worker`. */
const workersIn = (nodes: readonly SyntaxNode[]): string[] =>
	nodes.flatMap(node => {
		const sides = node.type === 'BinaryExpression' ? [node['left'], node['right']] : [];
		return sides.some(side => textOf(side, '') === 'worker') ? ['worker'] : [];
	});

const parsed = (type: string, more: Readonly<Record<string, unknown>>): SyntaxNode => ({type, ...more});
const quasis = (...texts: readonly string[]) => texts.map(cooked => ({value: {cooked}}));

test('the scans know what they look for', () => {
	const templates = [quasis('http://', ''), quasis('', '://', ''), quasis('unix://', ''), quasis('see http://', '')];
	expect(urlsIn(templates.map(each => parsed('TemplateLiteral', {quasis: each})))).toEqual(['http://…', '…://…']);
	const literal = (value: string) => parsed('Literal', {value});
	const compared = (value: string) =>
		parsed('BinaryExpression', {left: parsed('Identifier', {name: 'kind'}), right: literal(value)});
	expect(workersIn([compared('worker'), compared('job'), literal('worker')])).toEqual(['worker']);
});

test('URLs of services are made in one file, which knows their certificates and the public URL', () => {
	const excepted = {
		'source/state/urls.ts': 'it is that file',
		'source/backup/store/s3-request.ts': 'the addresses of buckets',
		'source/dashboard/tabs/details.ts': 'the address inside the network of an environment, which has no certificate',
	};
	expect(foundIn(excepted, urlsIn)).toEqual([]);
});

test('whether a deployment stops before the next one starts is decided by isStopFirst', () => {
	const excepted = {
		'source/model/kinds.ts': 'it decides that',
		'source/descriptor': 'what may be written for a kind',
		'source/import': 'what is written for a kind',
		'source/init': 'what is written for a kind',
		'source/plan/addresses.ts': 'workers have no fixed address',
		'source/apply/steps/hold-candidate.ts': 'a held worker works; an exclusive volume cannot be held at all',
	};
	expect(foundIn(excepted, workersIn)).toEqual([]);
});
