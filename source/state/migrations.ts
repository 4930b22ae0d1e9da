import {stateVersion} from './state.ts';

export type StateDocument = Readonly<Record<string, unknown>>;

/** `migrations[n]` converts a document of version n to version n + 1. The first version is 1. */
const migrations: Readonly<Record<number, (document: StateDocument) => StateDocument>> = {
	// Version 2 added signatures and their key.
	1: document => ({...document, key: null}),
};

type MigrationTable = typeof migrations;

/**
 * Migrates a document to the version that this program writes, or says why it cannot: the version is unknown or newer. Pure.
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
			return {problem: 'has no valid format version'};
		if (version > target)
			return {
				problem: `was written by a newer Compartment (format version ${version}; this one reads up to ${target})`,
			};
		if (version === target) return {document: current};
		const step = table[version];
		if (!step) return {problem: `has format version ${version}, which this Compartment no longer reads`};
		current = {...step(current), version: version + 1};
	}
}
