import type {Account} from '../account.ts';
import type {Cursor} from '../cursor.ts';
import type {ReadFile} from '../files.ts';
import type {ResourceDraft} from '../resources/draft.ts';
import type {VariableToSet} from '../result.ts';
import type {Entry} from './environment.ts';

/** A service of a Compose project that is carried over. */
export type ComposeService = {
	/** Its name here. */
	readonly name: string;
	/** Its name in the file. */
	readonly written: string;
	readonly cursor: Cursor;
	/** All names that other containers reach it by. */
	readonly hosts: readonly string[];
	readonly environment: readonly Entry[];
};

/** What the parts of a translation share. */
export type Translation = {
	readonly account: Account;
	readonly read: ReadFile;
	/** All services, also those that become resources. */
	readonly services: readonly ComposeService[];
	readonly resources: readonly ResourceDraft[];
	/** An entry of a top-level section. */
	readonly top: (section: 'secrets' | 'configs' | 'volumes', name: string) => Cursor | undefined;
	/** Names of volumes with the service or resource that they belong to. */
	readonly owners: Map<string, string>;
	readonly variables: VariableToSet[];
};
