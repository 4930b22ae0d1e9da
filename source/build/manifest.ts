import {join} from 'node:path';
import {counted} from '../counted.ts';
import type {HashedContext} from './content-hash.ts';

/** The inputs of a build besides its files. */
export type BuildInputs = {
	/** The type of the builder, such as `dockerfile`. */
	readonly builder: string;
	/** Path of the Dockerfile in the context. */
	readonly dockerfile: string;
	readonly target: string | null;
	/** Build argument → hash of its value. */
	readonly args: Readonly<Record<string, string>>;
	/** Base image → its id, or null while unknown. */
	readonly bases: Readonly<Record<string, string | null>>;
	/** The findings of a builder without a Dockerfile; absent for a Dockerfile. */
	readonly detected?: DetectedInputs;
};

export type DetectedInputs = {
	/** Stack, or `Railpack`. */
	readonly stack: string;
	/** Tool → version, such as `node` → `24`. */
	readonly versions: Readonly<Record<string, string>>;
	/** `install`, `build`, `start`, `serve` … → command. */
	readonly commands: Readonly<Record<string, string>>;
	/** Hash of all files generated for the build. */
	readonly text: string;
};

/** What an image was built from, small enough to keep beside the state. It later shows what changed. */
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

/** Lists the files, links and empty folders of a context. */
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

/** How the findings of a detector changed. */
function explainDetected(before: DetectedInputs, after: DetectedInputs): string[] {
	if (before.stack !== after.stack) return [`detected stack changed: ${before.stack} to ${after.stack}`];
	const versions = changedKeys(before.versions, after.versions).map(tool => {
		const [from, to] = [before.versions[tool], after.versions[tool]].map(version => version ?? 'none');
		return `detected ${toolNames[tool] ?? tool} version ${from} → ${to}`;
	});
	const commands = changedKeys(before.commands, after.commands).map(name =>
		name === 'serve' ? 'published folder changed' : `${name} command changed`,
	);
	const reasons = [...versions, ...commands];
	return reasons.length > 0 || before.text === after.text ? reasons : ['built-in builder changed its build steps'];
}

const toolNames: Readonly<Record<string, string>> = {node: 'Node', python: 'Python', go: 'Go'};

/** Why two manifests give different images, as reasons of a plan; empty if they give the same one. */
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

/** File with the manifest of a service's last build, from which the next plan names changed files. */
export const manifestPath = (directory: string, service: string): string =>
	join(directory, 'manifests', `${service}.json`);
