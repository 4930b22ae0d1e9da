import {globSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseSync} from 'vite';

/** A node of the syntax tree of a source file, as plain data. */
export type SyntaxNode = {readonly type: string; readonly [key: string]: unknown};

const root = fileURLToPath(new URL('..', import.meta.url));

const isNode = (value: unknown): value is SyntaxNode =>
	typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

function* walk(value: unknown): Generator<SyntaxNode> {
	if (Array.isArray(value)) for (const item of value) yield* walk(item);
	else if (isNode(value)) {
		yield value;
		for (const [key, child] of Object.entries(value)) if (key !== 'type') yield* walk(child);
	}
}

export type ParsedSource = {readonly path: string; readonly nodes: readonly SyntaxNode[]};

/** The source files of the program with all nodes of their syntax trees; comments are none. */
export const parseSources = (): ParsedSource[] =>
	['cli.tsx', ...globSync('source/**/*.{ts,tsx}', {cwd: root})].sort().map(path => {
		const {program, errors} = parseSync(path, readFileSync(join(root, path), 'utf8'));
		if (errors.length > 0) throw new Error(`${path} cannot be parsed`);
		return {path, nodes: [...walk(program)]};
	});

/** The text of a literal, or a template with `hole` for each of its expressions; undefined for anything else. */
export function textOf(node: unknown, hole: string): string | undefined {
	if (!isNode(node)) return undefined;
	if (node.type === 'Literal') return typeof node['value'] === 'string' ? node['value'] : undefined;
	if (node.type !== 'TemplateLiteral') return undefined;
	const quasis = node['quasis'] as readonly {readonly value: {readonly cooked: string}}[];
	return quasis.map(({value}) => value.cooked).join(hole);
}

type Specifier = {readonly imported?: {readonly name: string}; readonly local: {readonly name: string}};

/** What an exported function is called in a file that imports it. */
const localNamesOf = (name: string, module: string, {nodes}: ParsedSource): string[] =>
	nodes
		.filter(node => node.type === 'ImportDeclaration' && textOf(node['source'], '')?.endsWith(`/${module}`))
		.flatMap(node => node['specifiers'] as readonly Specifier[])
		.flatMap(({imported, local}) => (imported?.name === name ? [local.name] : []));

/** The arguments of every call of a function that one of our modules exports. */
export function callsOf(name: string, module: string, source: ParsedSource): (readonly SyntaxNode[])[] {
	const names = localNamesOf(name, module, source);
	return source.nodes.flatMap(node => {
		const callee = node['callee'];
		if (node.type !== 'CallExpression' || !isNode(callee) || !names.includes(String(callee['name']))) return [];
		return [node['arguments'] as readonly SyntaxNode[]];
	});
}
