import {counted} from '../counted.ts';
import type {HashedContext} from './content-hash.ts';

/** Everything beside the files that decides what a build makes. */
export type BuildInputs = {
	/** What builds, such as `dockerfile`. */
	readonly builder: string;
	/** Place of the Dockerfile in the context. */
	readonly dockerfile: string;
	readonly target: string | null;
	/** Build argument → hash of its value. */
	readonly args: Readonly<Record<string, string>>;
	/** Base image → its id, null while it is not known. */
	readonly bases: Readonly<Record<string, string | null>>;
	/** What a builder without a Dockerfile found out; absent for a Dockerfile. */
	readonly detected?: DetectedInputs;
};

export type DetectedInputs = {
	/** Stack, or `Railpack`. */
	readonly stack: string;
	/** Tool → version, such as `node` → `24`. */
	readonly versions: Readonly<Record<string, string>>;
	/** `install`, `build`, `start`, `serve` … → command. */
	readonly commands: Readonly<Record<string, string>>;
	/** Hash of all that was written for the build. */
	readonly text: string;
};

/** What an image is made from, small enough to keep beside the state: it tells later what changed. */
export type Manifest = {
	readonly inputs: BuildInputs;
	/** Path in the context → kind and shortened content hash, or link target. */
	readonly files: ReadonlyMap<string, string>;
};

export type ManifestChanges = {
	readonly added: readonly string[];
	readonly changed: readonly string[];
	readonly removed: readonly string[];
};

/** Lists the files and links of a context, and the folders that hold nothing. */
export function manifestFiles(context: Pick<HashedContext, 'entries'>): Map<string, string> {
	const files = new Map<string, string>();
	const parents = new Set(context.entries.map(({path}) => path.slice(0, Math.max(0, path.lastIndexOf('/')))));
	for (const entry of context.entries) {
		if (entry.type === 'file') files.set(entry.path, `${entry.mode === 0o755 ? 'x' : 'f'}${entry.hash.slice(0, 32)}`);
		if (entry.type === 'link') files.set(entry.path, `l${entry.target}`);
		if (entry.type === 'directory' && !parents.has(entry.path)) files.set(`${entry.path}/`, 'd');
	}
	return files;
}

/** Compares two file lists; the results are sorted. */
export function compareManifests(before: Manifest, after: Manifest): ManifestChanges {
	const names = (manifest: Manifest) => [...manifest.files.keys()].sort();
	return {
		added: names(after).filter(name => !before.files.has(name)),
		changed: names(after).filter(name => before.files.has(name) && before.files.get(name) !== after.files.get(name)),
		removed: names(before).filter(name => !after.files.has(name)),
	};
}

const changedKeys = <T>(before: Readonly<Record<string, T>>, after: Readonly<Record<string, T>>): string[] =>
	[...new Set([...Object.keys(before), ...Object.keys(after)])].filter(key => before[key] !== after[key]).sort();

/** What a detector found that it had not found before. */
function explainDetected(before: DetectedInputs, after: DetectedInputs): string[] {
	if (before.stack !== after.stack) return [`detected ${before.stack} before, now ${after.stack}`];
	const versions = changedKeys(before.versions, after.versions).map(tool => {
		const [from, to] = [before.versions[tool], after.versions[tool]].map(version => version ?? 'none');
		return `detected ${toolNames[tool] ?? tool} version ${from} → ${to}`;
	});
	const commands = changedKeys(before.commands, after.commands).map(name =>
		name === 'serve' ? 'published folder changed' : `${name} command changed`,
	);
	const reasons = [...versions, ...commands];
	return reasons.length > 0 || before.text === after.text ? reasons : ['the steps of the built-in builder changed'];
}

const toolNames: Readonly<Record<string, string>> = {node: 'Node', python: 'Python', go: 'Go'};

/** Why two manifests make different images, as reasons of a plan; empty when they make the same one. */
export function explainRebuild(before: Manifest, after: Manifest): string[] {
	const {added, changed, removed} = compareManifests(before, after);
	const count = added.length + changed.length + removed.length;
	const reasons = count > 0 ? [`source changed: ${counted(count, 'file')}`] : [];
	const [old, now] = [before.inputs, after.inputs];
	if (old.builder !== now.builder) reasons.push(`builder changed: ${old.builder} to ${now.builder}`);
	if (old.dockerfile !== now.dockerfile) reasons.push(`Dockerfile changed: ${old.dockerfile} to ${now.dockerfile}`);
	if (old.detected && now.detected) reasons.push(...explainDetected(old.detected, now.detected));
	if (old.target !== now.target) reasons.push('build target changed');
	for (const name of changedKeys(old.args, now.args)) reasons.push(`build variable ${name} changed`);
	for (const reference of changedKeys(old.bases, now.bases)) {
		const isInBoth = Object.hasOwn(old.bases, reference) && Object.hasOwn(now.bases, reference);
		if (isInBoth) reasons.push(`base image ${reference} now resolves to another digest`);
	}
	return reasons;
}
