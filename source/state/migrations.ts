import {stateVersion} from './state.ts';

export type StateDocument = Readonly<Record<string, unknown>>;

/** `migrations[n]` turns a document of version n into one of version n + 1. Version 1 is the first. */
const migrations: Readonly<Record<number, (document: StateDocument) => StateDocument>> = {
	// Signatures came, and with them the key.
	1: document => ({...document, key: null}),
};

type MigrationTable = typeof migrations;

/**
 * Brings a document to the version this program writes; pure. Returns a text that says why not when the version is
 * unknown or newer.
 */
export function migrate(
	document: StateDocument,
	table: MigrationTable = migrations,
	target: number = stateVersion,
): {readonly document: StateDocument} | {readonly problem: string} {
	let current = document;
	for (;;) {
		const version = current['version'];
		if (typeof version !== 'number' || !Number.isInteger(version) || version < 1)
			return {problem: 'names no version of the state format'};
		if (version > target)
			return {
				problem: `was written by a newer Compartment (format version ${version}; this one knows up to ${target})`,
			};
		if (version === target) return {document: current};
		const step = table[version];
		if (!step) return {problem: `has format version ${version}, which this Compartment no longer reads`};
		current = {...step(current), version: version + 1};
	}
}
