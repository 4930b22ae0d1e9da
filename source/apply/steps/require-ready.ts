import {serviceAddress} from '../../model/address.ts';
import {isRouted} from '../../model/kinds.ts';
import {activeDeployment} from '../../state/deployments.ts';
import type {Deployment} from '../../state/state.ts';
import {describeFailure, followLogs, lastLines} from '../containers.ts';
import {type EnvironmentContext, notice} from '../context.ts';
import {awaitService, awaitWorker} from '../readiness.ts';
import {StepError} from '../step-error.ts';

/** How many lines of output a warning quotes. */
const warnedLines = 3;

type Options = {
	/** `new`: just created. `started-again`: just restarted. `held`: running since it became ready. */
	readonly mode: 'new' | 'started-again' | 'held';
};

/** Where the active deployment listens, unless it is this one. */
function servingBeside({state}: EnvironmentContext, {id, service}: Deployment) {
	const previous = activeDeployment(state.current(), service);
	if (!previous || previous.id === id || previous.address === undefined || previous.port === undefined)
		return undefined;
	return {address: previous.address, port: previous.port};
}

/**
 * Waits until a started deployment is ready and streams its log meanwhile.
 * @throws StepError that explains the failure
 */
export async function requireReady(
	context: EnvironmentContext,
	deployment: Deployment,
	containerId: string,
	{mode}: Options,
): Promise<void> {
	const {kind, service, port, readiness: declared, address: host} = deployment;
	const address = serviceAddress(service);
	const isFirst = mode === 'new' && context.state.current().active[service] === undefined;
	const logs = new AbortController();
	if (mode !== 'held')
		followLogs(context, address, containerId, {signal: logs.signal, isStartedAgain: mode === 'started-again'});
	try {
		const target = {
			address,
			containerId,
			host: host!,
			port: port!,
			isCandidate: mode === 'new',
			previous: servingBeside(context, deployment),
		};
		const readiness = isRouted(kind)
			? await awaitService(context, target, declared)
			: await awaitWorker(context, containerId, isFirst ? 'first' : 'replacement');
		if (!readiness.isReady)
			throw new StepError(await describeFailure(context, containerId, readiness.message, readiness.lastProbe));
		if (readiness.message === undefined) return;
		const said = (await lastLines(context, containerId)).filter(line => line.trim() !== '').slice(-warnedLines);
		const printed = said.length === 0 ? ' It printed nothing.' : ` It printed: ${said.join(' | ')}`;
		notice(context, 'warning', `${address}: ${readiness.message}${printed}`);
	} finally {
		logs.abort();
	}
}
