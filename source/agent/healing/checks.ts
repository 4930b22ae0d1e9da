import type {Engine} from '../../engine/engine.ts';
import {createProbeReader, type ProbeReader} from '../../refresh/read-probes.ts';
import {type Asker, type Checked, readChecks} from '../../router/router.ts';
import type {Clock} from '../clock.ts';

/** How long one reading of the router's checks serves all environments: they are made every five seconds. */
const freshMs = 4000;

type Reading = {readonly at: number; readonly checks: Promise<readonly Checked[]>};

const readings = new WeakMap<Engine, Reading>();

type EngineAccess = {readonly engine: Engine; readonly router: Asker['options']; readonly clock: Clock};

/** Reads the checks of all environments, or returns those that were read a moment ago: reading takes an exec in the router. */
export function readSharedChecks({engine, router, clock}: EngineAccess): Promise<readonly Checked[]> {
	const known = readings.get(engine);
	if (known && clock.steady() - known.at < freshMs) return known.checks;
	const checks = readChecks({engine, reads: engine, options: router});
	readings.set(engine, {at: clock.steady(), checks});
	return checks;
}

/** Reads the probes of services; resources are not asked, because their programs log every connection. */
export function createServiceProbes(place: EngineAccess): ProbeReader {
	const {engine, router} = place;
	const read = createProbeReader({engine, reads: engine, options: router}, () => readSharedChecks(place));
	return state => read({...state, resources: {}});
}

/** No probes: what has stopped, is gone or is disconnected shows without them. */
export const noProbes: ProbeReader = async () => ({});
