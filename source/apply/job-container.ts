import type {ContainerSpec} from '../engine/engine.ts';
import type {OwnEngine} from '../engine/own-engine.ts';
import {UserError} from '../errors.ts';
import {jobAddress} from '../model/address.ts';
import {labelsOf} from '../model/labels.ts';
import {serviceContainerName} from '../model/names.ts';
import type {Desired} from '../model/specs.ts';
import {blockedDeployments} from '../plan/unfinished-restore.ts';
import {newOpId} from '../state/journal.ts';
import type {Deployment, JobRun, State} from '../state/state.ts';
import {needsInit} from './own-init.ts';
import type {SecretReader} from './secret-reader.ts';
import {containerVariables, oneOffParts} from './service-container.ts';

/** The command of one run: the job's command with the given arguments. */
async function commandOf(engine: OwnEngine, {spec, imageId}: Deployment, extra: readonly string[]) {
	if (spec.command !== undefined)
		return {
			entrypoint: ['/bin/sh', '-c'],
			command: [extra.length > 0 ? `${spec.command} "$@"` : spec.command, 'sh', ...extra],
			hasInit: true,
		};
	const image = await engine.findImage(imageId);
	const own = extra.length === 0 ? {} : {command: [...(image?.command ?? []), ...extra]};
	return {...own, hasInit: needsInit(image, own, spec)};
}

export type JobContainer = {
	readonly engine: OwnEngine;
	readonly state: State;
	readonly deployment: Deployment;
	readonly run: Pick<JobRun, 'id' | 'service' | 'arguments'>;
	/** Time for which a scheduled run is due, in ISO 8601. */
	readonly scheduled?: string;
	readonly secrets: SecretReader;
	/** For values that come from resources. */
	readonly desired: Desired;
};

/**
 * The container of one run of a job. The engine allows each name once, so a run cannot have two.
 * @throws UserError when data that it uses is half restored
 */
export async function jobContainer(job: JobContainer): Promise<ContainerSpec> {
	const {engine, state, deployment, run, scheduled, secrets, desired} = job;
	const {project, environment, lineage, serial} = state;
	const [unfinished] = blockedDeployments(state, [deployment]);
	if (unfinished) throw new UserError(unfinished.reasons.join(' '), {hint: unfinished.unblock});
	const address = jobAddress(run.service);
	return {
		name: serviceContainerName(project, environment, run.service, run.id),
		...oneOffParts(state, deployment),
		labels: labelsOf({lineage, project, environment, address, op: newOpId(), serial, scheduled}),
		...(await commandOf(engine, deployment, run.arguments)),
		env: {...(await secrets.resolveEnv(deployment.spec.env, desired)), ...containerVariables(state, deployment)},
	};
}
