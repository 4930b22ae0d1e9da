import {existsSync, globSync, readFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';

/** One import as it is written: of what, for types alone or not, and whether only when it is called for. */
export type Import = {readonly specifier: string; readonly isType: boolean; readonly isDynamic: boolean};

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');

const clause = String.raw`[\w$*{}\s,]*?`;
const statement = new RegExp(
	String.raw`^(?:import|export)\s+(type\s+)?(?:${clause}\bfrom\s*)?['"]([^'"]+)['"]|^export\s+(type\s+)?\*.*?from\s*['"]([^'"]+)['"]`,
	'gm',
);
const call = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/** The imports of a source text, in its order: static ones, re-exports, then dynamic ones. */
export function importsIn(text: string): Import[] {
	const code = withoutComments(text);
	return [
		...[...code.matchAll(statement)].map(match => ({
			specifier: (match[2] ?? match[4])!,
			isType: (match[1] ?? match[3]) !== undefined,
			isDynamic: false,
		})),
		...[...code.matchAll(call)].map(match => ({specifier: match[1]!, isType: false, isDynamic: true})),
	];
}

export type SourceFile = {
	/** Relative to the repository, such as `source/plan/plan.ts`. */
	readonly path: string;
	readonly imports: readonly (Import & {
		/** The file of ours that is meant; undefined for a package. */
		readonly target: string | undefined;
	})[];
};

const root = fileURLToPath(new URL('..', import.meta.url));

function readSource(path: string): SourceFile {
	const imports = importsIn(readFileSync(join(root, path), 'utf8')).map(found => {
		if (!found.specifier.startsWith('.')) return {...found, target: undefined};
		const target = relative(root, join(root, dirname(path), found.specifier));
		if (!existsSync(join(root, target))) throw new Error(`${path} imports ${found.specifier}, which is no file`);
		return {...found, target};
	});
	return {path, imports};
}

/** Every source file with what it really imports. */
export const readSources = (): SourceFile[] =>
	['cli.tsx', ...globSync('source/**/*.{ts,tsx}', {cwd: root})].sort().map(readSource);

/** The first cycle of a graph, as its nodes in order with the first one again at the end; undefined when there is none. */
export function findCycle(graph: ReadonlyMap<string, Iterable<string>>): string[] | undefined {
	const finished = new Set<string>();
	const path: string[] = [];
	const visit = (node: string): string[] | undefined => {
		if (finished.has(node)) return undefined;
		if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
		path.push(node);
		for (const next of graph.get(node) ?? []) {
			const cycle = visit(next);
			if (cycle) return cycle;
		}
		path.pop();
		finished.add(node);
		return undefined;
	};
	for (const node of graph.keys()) {
		const cycle = visit(node);
		if (cycle) return cycle;
	}
	return undefined;
}
