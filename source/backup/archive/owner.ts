import {writeJournaled} from '../../apply/journaled.ts';
import {requireReady} from '../../apply/steps/require-ready.ts';
import {settle} from '../../apply/steps/resource-container.ts';
import {observeOwn} from '../../engine/own-engine.ts';
import {messageOf, UserError} from '../../errors.ts';
import {failpoint} from '../../failpoints.ts';
import {command} from '../../hint.ts';
import {jobAddress} from '../../model/address.ts';
import {backedUpTitle, isVolumeOfService} from '../../model/backed-up.ts';
import {isKeptUp} from '../../model/container-state.ts';
import {isRouted, isRunning} from '../../model/kinds.ts';
import {labels} from '../../model/labels.ts';
import {idInName} from '../../model/names.ts';
import type {DesiredResource} from '../../model/specs.ts';
import type {Intent} from '../../state/journal-entry.ts';
import type {Deployment} from '../../state/state.ts';
import {findResource} from '../definition.ts';
import {isInUse, usersOf} from '../volumes.ts';
import type {Work} from '../work.ts';

/** A container that has the volumes mounted; of a service, with its deployment. */
type User = {readonly containerId: string; readonly deployment?: Deployment};

function usersOfSubject({context}: Work, {name, address}: DesiredResource): readonly User[] {
	const state = context.state.current();
	if (!isVolumeOfService(name)) return [{containerId: findResource(state, name).containerId}];
	return usersOf(state, address)
		.filter(deployment => isInUse(state, deployment) && isRunning(deployment.kind))
		.map(deployment => ({deployment, containerId: deployment.containerId!}));
}

/** Whether the router has to reach what uses the volumes, to see that it is ready. */
export const isProbed = (work: Work, subject: DesiredResource): boolean =>
	subject.readiness !== undefined ||
	usersOfSubject(work, subject).some(({deployment}) => deployment !== undefined && isRouted(deployment.kind));

/** A run is recorded before its container is made. One without a container for longer was interrupted. */
const containerMadeWithinMs = 60_000;

/**
 * Refuses to restore under a container that cannot be stopped: a run of a job, or one that is gone.
 * @throws UserError that says which
 */
export async function assertStoppable(work: Work, subject: DesiredResource): Promise<void> {
	const {engine, state} = work.context;
	const {name} = subject;
	if (!isVolumeOfService(name)) {
		const {containerId} = findResource(state.current(), name);
		if (await engine.inspectContainer(containerId)) return;
		throw new UserError(`The container of resource ${name} is gone.`, {
			hint: command('resource start', '--resource', name),
		});
	}
	const [service = ''] = name.split('.');
	const {containers} = await observeOwn(engine, state.current(), {[labels.address]: jobAddress(service)});
	const going = new Set(containers.filter(isKeptUp).map(container => idInName(container.name)));
	const run = state
		.current()
		.jobs.find(
			({id, service: own, status, startedAt}) =>
				own === service &&
				status === 'running' &&
				(going.has(id) || work.now() - Date.parse(startedAt) < containerMadeWithinMs),
		);
	if (run)
		throw new UserError(`Run ${run.id} of ${service} uses the volume ${name}.`, {
			hint: 'Wait until it has ended, then repeat the command',
		});
}

/** By this, recovery starts again what was stopped, unless its data is half restored. */
function intentOf({name, containerName}: DesiredResource, users: readonly User[]): Intent {
	if (!isVolumeOfService(name)) return {type: 'replace-resource', resource: name, containerName};
	return {type: 'retire', deployments: users.flatMap(({deployment}) => deployment?.id ?? [])};
}

async function stopUsers({context: {engine, settings}}: Work, users: readonly User[]): Promise<readonly User[]> {
	const stopped: User[] = [];
	for (const user of users) {
		if (!isKeptUp(await engine.inspectContainer(user.containerId))) continue;
		await engine.stop(user.containerId, settings.stopGraceSeconds);
		stopped.push(user);
	}
	return stopped;
}

/** Waits until what was started again is ready. If it is not, that is a warning: the backup is good. */
async function awaitAgain({context, say}: Work, subject: DesiredResource, users: readonly User[]): Promise<void> {
	try {
		for (const {containerId, deployment} of users)
			if (deployment) await requireReady(context, deployment, containerId, {mode: 'started-again'});
			else await settle(context, subject, containerId);
	} catch (error) {
		if (context.signal.aborted || !(error instanceof UserError)) throw error;
		say(`${backedUpTitle(subject.name)}: what was stopped for the backup is not ready again: ${messageOf(error)}`);
	}
}

/** Stops what uses the volumes for as long as a function reads them, and starts it again whatever happens. */
export async function whileStopped(work: Work, subject: DesiredResource, run: () => Promise<void>): Promise<void> {
	const {context} = work;
	const users = usersOfSubject(work, subject);
	let stopped: readonly User[] = [];
	await writeJournaled(context, {
		address: subject.address,
		intent: intentOf(subject, users),
		run: async () => {
			stopped = await stopUsers(work, users);
			failpoint('backup.after-stop');
			try {
				await run();
			} finally {
				for (const {containerId} of stopped) await context.engine.start(containerId);
			}
		},
	});
	await awaitAgain(work, subject, stopped);
}

/** Starts what uses a volume of a service, and waits until it is ready. What the user has stopped stays so. */
async function startUsers({context}: Work, users: readonly User[]): Promise<void> {
	for (const {containerId, deployment} of users) {
		if (deployment?.status === 'stopped' || !(await context.engine.inspectContainer(containerId))) continue;
		await context.engine.start(containerId);
		if (deployment) await requireReady(context, deployment, containerId, {mode: 'started-again'});
	}
}

/**
 * Stops what uses the volumes, and starts it again after a function has replaced what is in them. After a failure it stays
 * stopped: it must not run on data that is neither the old nor the new.
 */
export async function stoppedUntilDone(work: Work, subject: DesiredResource, run: () => Promise<void>): Promise<void> {
	const users = usersOfSubject(work, subject);
	const replace = async () => {
		await stopUsers(work, users);
		failpoint('restore.after-stop');
		await run();
		await startUsers(work, users);
	};
	if (isVolumeOfService(subject.name)) return replace();
	const {address} = subject;
	await writeJournaled(work.context, {address, intent: intentOf(subject, users), run: replace});
}
