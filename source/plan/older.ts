import type {Observed} from '../engine/engine.ts';
import {labels} from '../model/labels.ts';
import type {State} from '../state/state.ts';
import {olderState} from '../state/trusted.ts';

/** The highest state serial in the containers' labels; 0 without containers. */
export const newestSerialOf = ({containers}: Pick<Observed, 'containers'>): number =>
	Math.max(0, ...containers.map(({labels: own}) => Number(own[labels.serial] ?? 0)).filter(Number.isSafeInteger));

/** Refuses a state that is older than what runs: the folder is an old copy, or not the one that was last used. */
export function refuseOlder(own: Pick<Observed, 'containers'>, state: State): void {
	const newest = newestSerialOf(own);
	if (newest > state.serial) throw olderState(state, `what runs (serial ${newest})`);
}
