import {checksumOf} from '../model/canonical.ts';
import type {State} from '../state/state.ts';

/** Why a field of the state makes no plan stale. */
type Ignored =
	/** It identifies the state, which is compared by its lineage. */
	| 'identity'
	/** It counts writes, whatever they change. */
	| 'revision'
	/** The basis of a plan covers it, with better messages. */
	| 'compared elsewhere'
	/** It is shown to users, and nothing on the engine comes from it. */
	| 'only shown'
	/** A run, a backup or a schedule leaves it, and no plan is made from it. An agent writes it at any time. */
	| 'record of runs';

/** A part of the state that plans are made from: its name in messages, and what of it counts. */
type Part<Value> = {readonly name: string; readonly read?: (value: Value) => unknown};

/**
 * How each field of the state counts for a saved plan; a new one does not compile without an entry. A crash loop that the
 * agent records is part of a deployment or resource and counts: the next plan would replace the container. So does a new
 * deployment or container with which it heals. A container that it only starts again is the same as before.
 */
const fields: {readonly [Field in keyof State]-?: Ignored | Part<State[Field]>} = {
	version: 'identity',
	lineage: 'identity',
	project: 'identity',
	environment: 'identity',
	serial: 'revision',
	updatedAt: 'revision',
	engine: {name: 'engine'},
	publicUrl: 'only shown',
	networks: {name: 'networks'},
	access: {name: 'access password'},
	variables: 'compared elsewhere',
	bindings: {name: 'bindings'},
	recipients: {name: 'recipients'},
	key: {name: 'sealed key'},
	volumes: {name: 'volumes'},
	resources: {
		name: 'resources',
		// The time also moves when a container is started again.
		read: resources =>
			Object.fromEntries(Object.entries(resources).map(([name, {updatedAt: _time, ...record}]) => [name, record])),
	},
	images: {name: 'images'},
	deployments: {name: 'deployments'},
	active: {name: 'active deployments'},
	routes: {name: 'routes'},
	certificates: {name: 'certificates'},
	// The agent records when it may ask again.
	certificateRequests: {
		name: 'requests for certificates',
		read: requests =>
			Object.fromEntries(Object.entries(requests ?? {}).map(([host, {failure: _, ...request}]) => [host, request])),
	},
	interruptedReleases: {name: 'interrupted releases'},
	// An apply waits for what still runs, and decides then what it may remove.
	jobs: 'record of runs',
	schedules: 'record of runs',
	backups: 'record of runs',
	// An apply extends it, but only together with something else.
	lifetime: {name: 'lifetime'},
};

/** Checksums of the parts of a state that plans are made from, by the names that messages use. */
export function recordedParts(state: State): Readonly<Record<string, string>> {
	return Object.fromEntries(
		Object.entries(fields).flatMap(([field, rule]) => {
			if (typeof rule === 'string') return [];
			const value = state[field as keyof State] ?? null;
			const {name, read} = rule as Part<unknown>;
			return [[name, checksumOf({value: read ? read(value) : value})]];
		}),
	);
}
