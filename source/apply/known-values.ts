import {fingerprintIn} from '../model/outputs.ts';
import type {Desired, ServiceSpec} from '../model/specs.ts';
import type {Env, EnvValue} from '../model/values.ts';
import type {State} from '../state/state.ts';
import {findVariable} from '../state/variables.ts';

const mapEnv = (env: Env, change: (value: EnvValue) => EnvValue): Env =>
	Object.fromEntries(Object.entries(env).map(([key, value]) => [key, change(value)]));

/** Fills in the revisions of variables that were generated or stored after the plan was made. */
export function withRevisions<Spec extends {readonly env: Env}>(spec: Spec, state: State): Spec {
	const env = mapEnv(spec.env, value => {
		if (value.type !== 'secret' || value.revision !== null) return value;
		return {...value, revision: findVariable(state, value.scope, value.key)?.revision ?? null};
	});
	return {...spec, env};
}

/** Fills in the fingerprints of outputs that became known after the plan was made. */
export function withFingerprints(spec: ServiceSpec, desired: Desired, state: State): ServiceSpec {
	const env = mapEnv(spec.env, value => {
		if (value.type !== 'output' || value.fingerprint !== null) return value;
		return fingerprintIn(desired, value, resource => withRevisions(resource.spec, state).env);
	});
	return {...spec, env};
}
