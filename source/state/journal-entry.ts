import type {StatePatch} from './state-patch.ts';

/** One line of the write-ahead journal. `begin` is on disk before the engine call, `done` or `failed` after it. */
export type JournalEntry =
	| {
			readonly type: 'open';
			readonly run: string;
			readonly lineage: string;
			readonly serial: number;
			readonly pid: number;
			readonly host: string;
			readonly at: string;
	  }
	| {
			readonly type: 'begin';
			/** Id of the journaled write, which is also the label `compartment.op` of the object that it makes. */
			readonly op: string;
			readonly address: string;
			readonly intent: Intent;
			readonly at: string;
	  }
	| {
			readonly type: 'done';
			readonly op: string;
			/** What the write has changed in the state. */
			readonly patch?: StatePatch;
			readonly at: string;
	  }
	| {readonly type: 'failed'; readonly op: string; readonly reason: string; readonly at: string}
	/** A change of the state that settles no write. */
	| {readonly type: 'state'; readonly patch: StatePatch; readonly at: string}
	| {readonly type: 'close'; readonly run: string; readonly at: string};

/** A container that an adoption stops, with what it takes to give it back. */
export type AdoptedRecord = {
	readonly id: string;
	readonly name: string;
	readonly isRunning: boolean;
	readonly restart: {
		readonly policy: 'no' | 'on-failure' | 'unless-stopped' | 'always';
		readonly maxRetries?: number;
	};
};

/** What a journaled write does, with what recovery needs to finish or undo it. */
export type Intent =
	| {readonly type: 'create-network'; readonly name: string}
	| {readonly type: 'create-volume'; readonly name: string}
	| {readonly type: 'build-image'; readonly reference: string}
	| {readonly type: 'run-candidate'; readonly deployment: string; readonly containerName: string}
	| {
			readonly type: 'replace-resource';
			readonly resource: string;
			readonly containerName: string;
			/** Id of the previous container, if it has no labels of ours. */
			readonly adopted?: string;
	  }
	| {
			readonly type: 'adopt';
			readonly address: string;
			readonly containers: readonly AdoptedRecord[];
			/** The container goes on under this name, and is not stopped. */
			readonly containerName?: string;
	  }
	| {readonly type: 'rotate'; readonly resource: string}
	| {readonly type: 'release'; readonly deployment: string}
	| {
			readonly type: 'switch';
			readonly deployments: Readonly<Record<string, string>>;
			/** Nothing is routed before or after it: it changes only the state, and the router has no part in it. */
			readonly isUnrouted?: true;
	  }
	| {readonly type: 'retire'; readonly deployments: readonly string[]}
	| {readonly type: 'remove'; readonly kind: 'container' | 'network' | 'volume' | 'image'; readonly name: string};
