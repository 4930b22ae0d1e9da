import {type Document, isAlias, isMap, isScalar, isSeq, type Node} from 'yaml';
import type {Finding} from '../problem.ts';
import type {Span} from './lines.ts';

type Step = {readonly key: Node | undefined; readonly value: Node | undefined};

const nodeOf = (value: unknown): Node | undefined =>
	typeof value === 'object' && value !== null && 'range' in value ? (value as Node) : undefined;

const spanOfNode = (node: Node | undefined): Span | undefined =>
	node?.range ? {from: node.range[0], to: node.range[1]} : undefined;

const indexOf = (node: Node): ReadonlyMap<string, Step> => {
	const steps = new Map<string, Step>();
	if (isMap(node))
		for (const {key, value} of node.items) if (isScalar(key)) steps.set(String(key.value), {key, value: nodeOf(value)});
	if (isSeq(node))
		for (const [index, item] of node.items.entries()) steps.set(String(index), {key: undefined, value: nodeOf(item)});
	return steps;
};

/** Whether to underline a node itself; for a block, its key is underlined. */
const isShort = (node: Node | undefined): boolean =>
	isScalar(node) || isAlias(node) || (isSeq(node) && node.flow === true);

/** Finds a path in the text. A missing path gets the place of its nearest existing parent. */
export const spanFinder = (document: Document.Parsed): ((finding: Finding) => Span) => {
	// One map may have thousands of keys with thousands of findings.
	const indexes = new WeakMap<Node, ReadonlyMap<string, Step>>();
	const stepInto = (parent: Node | undefined, segment: string | number): Step | undefined => {
		const node = isAlias(parent) ? parent.resolve(document) : parent;
		if (!node) return undefined;
		const index = indexes.get(node) ?? indexOf(node);
		indexes.set(node, index);
		return index.get(String(segment));
	};
	const {contents} = document;
	const first = isMap(contents) ? nodeOf(contents.items[0]?.key) : nodeOf(contents);
	const start = spanOfNode(first) ?? {from: 0, to: 1};

	return ({path, mark = 'value'}) => {
		let node = nodeOf(contents);
		let span = start;
		for (const [depth, segment] of path.entries()) {
			const step = stepInto(node, segment);
			if (!step) return span;
			node = step.value;
			const key = spanOfNode(step.key);
			const value = spanOfNode(step.value);
			const isWanted = depth === path.length - 1 && mark === 'value' && isShort(node);
			span = isWanted && value && value.to > value.from ? value : (key ?? value ?? span);
		}
		return span;
	};
};
