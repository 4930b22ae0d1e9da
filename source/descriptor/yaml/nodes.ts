import {isAlias, isCollection, isMap, isPair, isScalar, type Node, type ParsedNode} from 'yaml';

/** A forbidden node, with its range in the text. */
export type NodeFault = {readonly from: number; readonly to: number; readonly message: string};

const dangerousKeys = new Set(['__proto__', 'constructor', 'prototype']);

const rangeOf = (node: Node): {from: number; to: number} => ({from: node.range?.[0] ?? 0, to: node.range?.[1] ?? 0});

const keyFault = (key: string, seen: Set<string>, allowsMerge: boolean): string | undefined => {
	if (dangerousKeys.has(key)) return `the key "${key}" is not allowed`;
	if (key === '<<' && !allowsMerge) return 'merge keys (<<) are not supported; write the keys out';
	if (seen.has(key)) return `Map keys must be unique, but ${JSON.stringify(key)} is written twice`;
	seen.add(key);
	return undefined;
};

/**
 * Finds what the composer accepts and a descriptor must not contain: dangerous, repeated and merge keys, aliases before or
 * inside their anchor, NUL and malformed Unicode. The tree is at most 64 levels deep.
 * @param allowsMerge whether merge keys are for the caller to resolve
 */
export const findFaults = (root: ParsedNode | null, allowsMerge = false): readonly NodeFault[] => {
	const faults: NodeFault[] = [];
	const anchors = new Set<string>();
	const open = new Set<string>();
	const add = (node: Node, message: string): void => void faults.push({...rangeOf(node), message});

	const visitKeys = (pairs: readonly unknown[]): void => {
		const seen = new Set<string>();
		for (const pair of pairs) {
			if (!isPair(pair) || !isScalar(pair.key)) continue;
			const message = keyFault(String(pair.key.value), seen, allowsMerge);
			if (message) add(pair.key, message);
		}
	};

	const visit = (node: unknown): void => {
		if (isPair(node)) {
			visit(node.key);
			visit(node.value);
		} else if (isAlias(node)) {
			if (open.has(node.source)) add(node, `the alias *${node.source} is inside its own anchor`);
			else if (!anchors.has(node.source)) add(node, `the alias *${node.source} has no anchor before it`);
		} else if (isScalar(node)) {
			if (node.anchor) anchors.add(node.anchor);
			if (typeof node.value !== 'string') return;
			if (node.value.includes('\0')) add(node, 'must not contain a NUL character');
			else if (!node.value.isWellFormed()) add(node, 'must be well-formed Unicode');
		} else if (isCollection(node)) {
			if (node.anchor) open.add(node.anchor);
			if (isMap(node)) visitKeys(node.items);
			for (const item of node.items) visit(item);
			if (node.anchor) {
				open.delete(node.anchor);
				anchors.add(node.anchor);
			}
		}
	};
	visit(root);
	return faults;
};
