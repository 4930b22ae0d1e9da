import {EngineError} from '../errors.ts';
import {runsNow} from '../model/container-state.ts';
import {isRouted} from '../model/kinds.ts';
import {activeDeployment} from '../state/deployments.ts';
import {describeFailure} from './containers.ts';
import type {ApplyContext} from './context.ts';
import {endedMessage, subjectOf} from './readiness.ts';
import type {Started} from './results.ts';
import {StepError} from './step-error.ts';

/** Remembers the container of a resource without readiness that has just been started. */
export function rememberResource({state, results}: ApplyContext, name: string, address: string): void {
	const record = state.current().resources[name];
	if (!record || record.readiness) return;
	results.started.push({address, kind: 'resource', name, containerId: record.containerId});
}

/** Remembers the container of a worker that has just been started. */
export function rememberWorker({state, results}: ApplyContext, deployment: string, address: string): void {
	const {kind, service, containerId} = state.current().deployments[deployment]!;
	if (containerId === undefined || isRouted(kind)) return;
	results.started.push({address, kind: 'service', name: service, containerId});
}

/** Whether it is still what the apply left: a rollback stops new containers itself. */
function isCurrent({state}: ApplyContext, {kind, name, containerId}: Started): boolean {
	const current = state.current();
	const known = kind === 'resource' ? current.resources[name] : activeDeployment(current, name);
	return known?.containerId === containerId;
}

async function whyEnded(context: ApplyContext, started: Started): Promise<StepError | undefined> {
	const {engine} = context;
	const {address, kind, name, containerId} = started;
	const details = await engine.inspectContainer(containerId);
	if (runsNow(details) && details?.restartCount === 0) return undefined;
	const message = 'it was removed while the apply ran';
	if (!details) return new StepError({message, lastLines: []}, address);
	const exitCode = runsNow(details) ? await engine.lastExitCode(containerId) : details.exitCode;
	const ended = await endedMessage(context, subjectOf(kind, name), containerId, exitCode ?? details.exitCode);
	const failure = await describeFailure(context, containerId, ended);
	return new StepError({...failure, exitCode: exitCode ?? failure.exitCode}, address);
}

/**
 * Looks once more at everything that was started without readiness: its own watch is short, so it may have ended since.
 * @returns one error for each container that has ended or was restarted
 */
export async function lookAgain(context: ApplyContext): Promise<StepError[]> {
	const current = context.results.started.filter(started => isCurrent(context, started));
	const look = async (started: Started) => {
		try {
			return await whyEnded(context, started);
		} catch (error) {
			// An engine that does not answer leaves what was found before.
			if (error instanceof EngineError) return undefined;
			throw error;
		}
	};
	const found = await Promise.all(current.map(look));
	return found.filter(error => error !== undefined);
}
