import type {CertificateRecord, State} from '../state/state.ts';
import type {ClearVariable} from './read-values.ts';
import type {AdoptedInPlace} from './remains.ts';
import type {Role} from './roles.ts';

/** One object of a rebuilt state, for the table that is shown before anything is written. */
export type RebuiltObject = {
	readonly address: string;
	/** Where its record comes from: the name of an object on the engine, `the router` or `compartment.yml`. */
	readonly from: string;
	/** Names of variables whose values are read from the configuration. */
	readonly read: readonly string[];
	/** What a deployment was doing. */
	readonly role?: Role;
};

/** A certificate of the router with its private key in the clear. */
export type ClearCertificate = Omit<CertificateRecord, 'ciphertext'> & {readonly host: string; readonly key: string};

/** A state that was made from the engine, before its sensitive values are sealed. */
export type Rebuilt = {
	/** Without variables, access password and certificates. */
	readonly state: State;
	readonly variables: readonly ClearVariable[];
	readonly certificates: readonly ClearCertificate[];
	readonly objects: readonly RebuiltObject[];
	/** Names of objects whose labels cannot be read, so that the state leaves them out. */
	readonly unreadable: readonly string[];
	readonly adopted: readonly AdoptedInPlace[];
	/** Variables that containers should have and do not: `service.web TOKEN`. */
	readonly missing: readonly string[];
	/** Names of hosts whose certificates cannot be read. */
	readonly lostCertificates: readonly string[];
	/** Passwords that were changed since the container of their database was made: `resource.db POSTGRES_PASSWORD`. */
	readonly changedPasswords: readonly string[];
	/**
	 * The access password is a new one, because the router has only a hash of it. `later`: the next apply makes it, because the
	 * router serves something that the state leaves out.
	 */
	readonly access: 'none' | 'new' | 'later';
};
