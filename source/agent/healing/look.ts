import type {Engine} from '../../engine/engine.ts';
import {pickOwn} from '../../engine/own-engine.ts';
import {findRenamed, type Renamed} from '../../engine/renamed.ts';
import {labels} from '../../model/labels.ts';
import type {ProbeReader} from '../../refresh/read-probes.ts';
import {readPlanVitals} from '../../refresh/read-vitals.ts';
import {observeRouter, type RouterOptions} from '../../router/router.ts';
import type {State} from '../../state/state.ts';
import type {Sight} from './ailments.ts';

type EngineAccess = {readonly engine: Engine; readonly router: RouterOptions};

export type Looked = {readonly sight: Sight; readonly renamed: readonly Renamed[]};

/** Reads what runs in an environment, as if no container had been renamed. */
export async function look({engine, router}: EngineAccess, state: State, readProbes: ProbeReader): Promise<Looked> {
	const [everything, routerView] = await Promise.all([
		engine.observe({[labels.lineage]: state.lineage}),
		observeRouter(engine, router),
	]);
	const renamed = findRenamed(state, everything);
	const observed = await pickOwn(engine, everything, state);
	const vitals = await readPlanVitals(engine, {state, observed}, readProbes);
	return {sight: {state, observed, vitals, router: routerView}, renamed};
}
