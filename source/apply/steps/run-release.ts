import {setTimeout as pause} from 'node:timers/promises';
import {untilAnswered} from '../../engine/until-answered.ts';
import {isOutcomeUnknown, UserError} from '../../errors.ts';
import {releaseAddress} from '../../model/address.ts';
import {labelsOf} from '../../model/labels.ts';
import type {PlannedDeployment} from '../../plan/plan.ts';
import {patchDeployment} from '../../state/deployments.ts';
import type {Deployment, State} from '../../state/state.ts';
import {describeFailure, followLogs} from '../containers.ts';
import {type ApplyContext, progress} from '../context.ts';
import {writeJournaled} from '../journaled.ts';
import {containerEnv, oneOffParts} from '../service-container.ts';
import {StepError} from '../step-error.ts';
import {openDeployment} from './open-deployment.ts';
import {failDeployment} from './start-candidate.ts';

/** How long a release command may take (docs/rules.md, "Release command"). */
const timeoutMs = 600_000;

/** How long to wait for the last output of a command that has exited. */
const outputMs = 10_000;

const withoutInterrupted = (state: State, service: string): State => {
	const {[service]: _settled, ...interruptedReleases} = state.interruptedReleases;
	return {...state, interruptedReleases};
};

async function runOnce(context: ApplyContext, deployment: Deployment, command: string, op: string): Promise<number> {
	const {engine, plan, signal} = context;
	const {project, environment, lineage} = plan;
	const address = releaseAddress(deployment.service);
	const containerId = await engine.run({
		name: `${deployment.containerName}-release`,
		...oneOffParts(context.state.current(), deployment),
		labels: labelsOf({
			lineage,
			project,
			environment,
			address,
			deployment: deployment.id,
			op,
			serial: context.state.current().serial,
		}),
		entrypoint: ['/bin/sh', '-lc'],
		hasInit: true,
		command: [command],
		env: await containerEnv(context, deployment),
	});
	const logs = new AbortController();
	const output = followLogs(context, address, containerId, {signal: logs.signal, isStartedAgain: false});
	try {
		const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
		const exitCode = await untilAnswered(() => engine.wait(containerId, deadline), deadline).catch((error: unknown) => {
			if (!deadline.aborted) throw error;
			return undefined;
		});
		// Output may arrive after the exit, and is lost once the container is removed.
		if (exitCode !== undefined) await Promise.race([output, pause(outputMs, undefined, {ref: false})]);
		if (exitCode === 0) return exitCode;
		const why =
			exitCode === undefined
				? signal.aborted
					? 'it was cancelled'
					: `it did not end within ${timeoutMs / 60_000} minutes`
				: `it exited with ${exitCode}`;
		throw new StepError(await describeFailure(context, containerId, `release command failed: ${why}`));
	} finally {
		logs.abort();
		// The next command removes what the engine does not answer for.
		await untilAnswered(() => engine.remove(containerId), signal).catch((error: unknown) => {
			if (!isOutcomeUnknown(error)) throw error;
		});
	}
}

/**
 * Runs a service's release command once, in its new image, with its variables and PORT, before its candidate starts
 * (docs/rules.md, "Release command"). A failure fails the deployment; the active one keeps serving.
 * @returns the opened deployment
 */
export async function runRelease(context: ApplyContext, planned: PlannedDeployment): Promise<Deployment> {
	const {service, release} = planned;
	if (!release) throw new UserError(`service ${service} has no release command`);
	const address = releaseAddress(service);
	const deployment = await openDeployment(context, planned);
	await context.state.update(state => {
		const interrupted = {command: release.command, imageKey: deployment.imageKey, at: new Date().toISOString()};
		// Removed when the command ends, whatever its outcome: only a crash leaves it.
		const next = {...state, interruptedReleases: {...state.interruptedReleases, [service]: interrupted}};
		return patchDeployment(next, deployment.id, {stage: 'release'});
	});
	progress(context, address, 'running');
	try {
		await writeJournaled(context, {
			address,
			intent: {type: 'release', deployment: deployment.id},
			run: op => runOnce(context, deployment, release.command, op),
			record: state => withoutInterrupted(state, service),
		});
	} catch (error) {
		// Without an answer it is unknown how far it got or whether it still runs.
		if (!isOutcomeUnknown(error)) await context.state.update(state => withoutInterrupted(state, service));
		const failure =
			error instanceof StepError
				? error.failure
				: await describeFailure(context, undefined, `release command failed: ${String(error)}`);
		await failDeployment(context, deployment, failure);
		throw error;
	}
	return context.state.current().deployments[deployment.id]!;
}
