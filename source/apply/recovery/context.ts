import type {ObservedContainer} from '../../engine/engine.ts';
import {type OwnEngine, observeOwn} from '../../engine/own-engine.ts';
import type {RouterOptions} from '../../router/router.ts';
import type {Settings} from '../../settings/settings.ts';
import type {Journal} from '../../state/journal.ts';
import type {JournaledState} from '../journaled-state.ts';

/** What recovery works with. */
export type RecoveryContext = {
	readonly engine: OwnEngine;
	readonly router: RouterOptions;
	readonly settings: Pick<Settings, 'drainSeconds' | 'stopGraceSeconds'>;
	readonly state: JournaledState;
	readonly journal: Pick<Journal, 'done' | 'failed'>;
	/** Reports to the user, one sentence per finding. */
	readonly say: (message: string) => void;
};

/** The environment's containers, read now. */
export const ownContainers = async ({engine, state}: RecoveryContext): Promise<readonly ObservedContainer[]> =>
	(await observeOwn(engine, state.current())).containers;
