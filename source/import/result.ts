import type {Raw} from '../descriptor/rules/raw.ts';
import type {Hint} from '../hint.ts';

/**
 * What became of a key: `changed` is carried over, but behaves differently; `omitted` needs no counterpart here; `missing` was not
 * carried over, and somebody has to decide what to do.
 */
export type NoteKind = 'changed' | 'omitted' | 'missing';

/** A key of the imported file that is not simply carried over. */
export type Note = {
	/** Its path in the file, such as `services.web.cap_add[0]`. */
	readonly path: string;
	readonly kind: NoteKind;
	/** What it means here, and what to do. Never holds a sensitive value. */
	readonly message: Hint;
};

/** A variable that compartment.yml cannot hold, because it is sensitive or its value is not known. */
export type VariableToSet = {
	readonly name: string;
	readonly target: 'service' | 'resource';
	/** Name of the service or resource. */
	readonly of: string;
	readonly isSensitive: boolean;
	/** File that holds the value, relative to the imported file. */
	readonly file?: string;
	/** The value, when the imported file has it. It is never printed. */
	readonly value?: string;
};

/** Where the services of a Cynchro app are built from. */
export type Repository = {
	readonly url: string;
	readonly branch?: string;
	/** Never printed and stored nowhere. */
	readonly token?: string;
	/** Folder that it is cloned to, relative to compartment.yml. */
	readonly folder: string;
};

/** How many leaves of the imported file were carried over, and how many are in the notes. */
type Tally = {readonly carried: number; readonly listed: number};

/** What an imported file becomes. */
export type Imported = {
	readonly format: 'Compose' | 'Cynchro';
	/** The files that were merged over the one that was named, in order. */
	readonly merged: readonly string[];
	/** Content of compartment.yml. */
	readonly descriptor: Raw;
	readonly variables: readonly VariableToSet[];
	readonly notes: readonly Note[];
	/** Paths of keys that were carried over, each with all below it that no note names. */
	readonly carried: readonly string[];
	readonly tally: Tally;
	readonly repository?: Repository;
};
