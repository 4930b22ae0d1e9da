import type {PlannedDeployment} from '../../plan/plan.ts';
import {ensureRouter, optionsFor, removeRouter} from '../../router/router.ts';
import {aside} from '../../state/authority.ts';
import {cleanUpImages} from '../clean-up-images.ts';
import {type ApplyContext, progress} from '../context.ts';
import {rememberResource, rememberWorker} from '../look-again.ts';
import {publishState} from '../publish-state.ts';
import {adoptInPlace} from '../steps/adopt-in-place.ts';
import {adoptResource} from '../steps/adopt-resource.ts';
import {adoptVolume} from '../steps/adopt-volume.ts';
import {stopAdoptedAt} from '../steps/adopted-containers.ts';
import {changeCertificate} from '../steps/change-certificates.ts';
import {checkCandidate} from '../steps/check-candidate.ts';
import {networkMaker, recordNetworks} from '../steps/create-networks.ts';
import {discardCandidate} from '../steps/discard-candidate.ts';
import {finishAdoption, leaveGuestNetworks} from '../steps/finish-adoption.ts';
import {finishRollback} from '../steps/finish-rollback.ts';
import {holdCandidate} from '../steps/hold-candidate.ts';
import {joinRouter} from '../steps/join-router.ts';
import {makeImage} from '../steps/make-image.ts';
import {recordLifetime} from '../steps/record-lifetime.ts';
import {removeEnvironment, withdrawRoutes} from '../steps/remove-environment.ts';
import {removeStray} from '../steps/remove-stray.ts';
import {removePreviousNetworks, replaceNetworks} from '../steps/replace-networks.ts';
import {replaceResource} from '../steps/replace-resource.ts';
import {replaceStopFirst} from '../steps/replace-stop-first.ts';
import {deleteResource, restartResource, updateResource} from '../steps/resource.ts';
import {deleteService, drainPrevious, retirePrevious} from '../steps/retire-deployment.ts';
import {rotateResource} from '../steps/rotate-passwords.ts';
import {runRelease} from '../steps/run-release.ts';
import {startAgain} from '../steps/start-again.ts';
import {startCandidate} from '../steps/start-candidate.ts';
import {stopResource, stopService} from '../steps/stop.ts';
import {switchTraffic} from '../steps/switch-traffic.ts';
import {takeValues} from '../steps/take-values.ts';
import {createVolume, recordVolumeBackup, removeVolume} from '../steps/volume.ts';
import {watchDeployments} from '../steps/watch-deployments.ts';
import {meshId, type Step} from './step.ts';

const find = <Item extends {readonly address: string}>(items: readonly Item[], address: string | null): Item =>
	items.find(item => item.address === address)!;

const plannedFor = ({plan}: ApplyContext, name: string): PlannedDeployment =>
	plan.deployments.find(({service}) => service === name)!;

const makeNetwork = (context: ApplyContext) => (context.results.makeNetwork ??= networkMaker(context));

/** Makes a candidate ready and keeps it for the switch. */
async function makeReady(
	context: ApplyContext,
	{address, name}: Step,
	start: (context: ApplyContext, planned: PlannedDeployment) => Promise<{readonly id: string}>,
): Promise<void> {
	const {id} = await start(context, plannedFor(context, name));
	context.results.ready[name] = id;
	rememberWorker(context, id, address!);
	progress(context, address!, context.plan.isHold ? 'ready, waiting for a promote' : 'ready, waiting for the switch');
}

/** Does one step. Each of its cases is one function of `steps/`, or one call of the router. */
export async function runStep(context: ApplyContext, step: Step): Promise<void> {
	const {plan, engine, router, results} = context;
	const {desired} = plan;
	const {address, name} = step;
	const onProgress = (message: string) => progress(context, address!, message);
	switch (step.task) {
		case 'create network':
			await makeNetwork(context)(step.id === meshId ? 'mesh' : 'environment');
			return;
		case 'record networks':
			return recordNetworks(context, makeNetwork(context));
		case 'replace networks':
			return replaceNetworks(context);
		case 'remove previous networks':
			return removePreviousNetworks(context);
		case 'take values':
			return takeValues(context);
		case 'adopt volume':
			return adoptVolume(context, find(desired.volumes, address));
		case 'adopt resource':
			await adoptResource(context, find(desired.resources, address));
			return rememberResource(context, name, address!);
		case 'adopt in place':
			await adoptInPlace(context, find(desired.resources, address));
			return rememberResource(context, name, address!);
		case 'stop adopted':
			return stopAdoptedAt(context, address!);
		case 'finish adoption':
			return finishAdoption(context);
		case 'create volume':
			return createVolume(context, find(desired.volumes, address));
		case 'update volume':
			return recordVolumeBackup(context, find(desired.volumes, address));
		case 'make image':
			return makeImage(context, plan.images.find(({service}) => service === name)!);
		case 'run router':
			await aside(context.directory, () =>
				ensureRouter(engine, optionsFor(router, context.state.current()), {onProgress}),
			);
			return;
		case 'join router':
			return joinRouter(context);
		case 'create resource':
		case 'replace resource':
			await replaceResource(context, find(desired.resources, address));
			return rememberResource(context, name, address!);
		case 'update resource':
			await leaveGuestNetworks(context, name);
			return updateResource(context, find(desired.resources, address));
		case 'start resource':
			await restartResource(context, address!, 'start');
			return rememberResource(context, name, address!);
		case 'restart resource':
			await restartResource(context, address!, 'restart');
			return rememberResource(context, name, address!);
		case 'stop resource':
			return stopResource(context, name);
		case 'rotate passwords':
			return rotateResource(context, find(desired.resources, address));
		case 'delete resource':
			return deleteResource(context, name, plan.mode === 'destroy');
		case 'run release command':
			results.opened[name] = await runRelease(context, plannedFor(context, name));
			return;
		case 'start candidate':
			return makeReady(context, step, startCandidate);
		case 'replace stop-first':
			return makeReady(context, step, replaceStopFirst);
		case 'check candidate':
			return checkCandidate(context, name);
		case 'hold candidate':
			return holdCandidate(context, name);
		case 'discard candidate':
			return discardCandidate(context, name);
		case 'finish rollback':
			return finishRollback(context);
		case 'start service':
			await startAgain(context, name);
			return rememberWorker(context, context.state.current().active[name]!, address!);
		case 'stop service':
			return stopService(context, name);
		case 'drain previous':
			return drainPrevious(context);
		case 'retire previous':
			return retirePrevious(context, name);
		case 'retire service':
			await retirePrevious(context, name);
			return deleteService(context, name);
		case 'delete service':
			return deleteService(context, name);
		case 'switch traffic':
			return switchTraffic(context);
		case 'watch deployments':
			return watchDeployments(context);
		case 'publish stops':
			return publishState(context);
		case 'withdraw routes':
			return withdrawRoutes(context);
		case 'change certificate':
			return changeCertificate(context, name);
		case 'record lifetime':
			return recordLifetime(context);
		case 'remove container':
			return removeStray(context, address!);
		case 'remove volume':
			return removeVolume(context, address!);
		case 'remove networks':
			return removeEnvironment(context);
		case 'remove router':
			await removeRouter(engine, router);
			return;
		case 'clean up images':
			return cleanUpImages(context);
	}
}
