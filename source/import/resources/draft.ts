import type {Raw} from '../../descriptor/rules/raw.ts';
import type {Family} from './families.ts';

/** A credential or name of a resource: the variable that holds it, and its value in the imported file. */
export type Credential = {readonly key: string; readonly value: string};

/** A resource while the services that use it are read. */
export type ResourceDraft = {
	readonly name: string;
	readonly family: Family;
	readonly image: string;
	/** All names that services reach it by. */
	readonly hosts: readonly string[];
	/** Passwords are generated; their values are what services repeat. */
	readonly passwords: readonly Credential[];
	readonly user?: Credential;
	readonly database?: Credential;
	/** Plain variables. */
	readonly env: Readonly<Record<string, string>>;
	/** Handle → mount path. */
	readonly volumes: Readonly<Record<string, string>>;
	readonly ports: readonly number[];
	/** Fields that only the long form can have. */
	readonly own: Raw;
	/** Templates of the outputs that services need, with the variable that needed each first. */
	readonly needed: Map<string, string>;
};

/** A variable of a service that is an output of a resource. */
export type Connected = {readonly draft: ResourceDraft; readonly template: string};
