import type {Renamed} from '../engine/renamed.ts';
import {labels} from '../model/labels.ts';
import type {Drift} from './plan.ts';

/** The next command that changes the environment gives the names back. */
export const renamedDrift = (renamed: readonly Renamed[]): Drift[] =>
	renamed.map(({container, name}) => ({
		address: container.labels[labels.address] ?? name,
		message: `container was renamed to ${container.name} outside Compartment`,
	}));
