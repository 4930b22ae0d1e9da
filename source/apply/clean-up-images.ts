import {EngineError, messageOf} from '../errors.ts';
import type {Deployment, State} from '../state/state.ts';
import {type ApplyContext, notice} from './context.ts';
import {listOwnImages, unneededNames} from './own-images.ts';

/** Deployments whose images are kept: active, held, and those for a rollback (`retain` per service). */
function keptDeployments(state: State, retain: number): Deployment[] {
	const services = new Set(Object.values(state.deployments).map(({service}) => service));
	return [...services].flatMap(service => {
		const newest = Object.values(state.deployments)
			.filter(deployment => deployment.service === service && deployment.status !== 'failed')
			.sort((a, b) => (a.id < b.id ? 1 : -1))
			.slice(0, retain + 1);
		return [...newest, state.deployments[state.active[service] ?? ''] ?? []].flat();
	});
}

/** References and ids of images to keep. */
function neededImages(state: State, retain: number): ReadonlySet<string> {
	const recorded = Object.values(state.images).flatMap(({reference, imageId}) => [reference, imageId]);
	const kept = keptDeployments(state, retain).flatMap(({imageReference, imageId}) => [imageReference, imageId]);
	return new Set([...recorded, ...kept]);
}

/** Lists this project's images while the engine is busy with something else, for `cleanUpImages`. */
export function readOwnImages({engine, plan, results}: ApplyContext): void {
	results.ownImages ??= listOwnImages(engine, 'project', plan.project).catch(() => undefined);
}

/** Removes images of this environment that no retained deployment needs. A failure is only a warning: the next apply retries. */
export async function cleanUpImages(context: ApplyContext): Promise<void> {
	const {engine, plan, settings, state, results} = context;
	const needed = neededImages(state.current(), settings.retain);
	try {
		const listed = (await results.ownImages) ?? (await listOwnImages(engine, 'project', plan.project));
		for (const image of listed) for (const name of unneededNames(image, needed, plan)) await engine.removeImage(name);
	} catch (error) {
		if (!(error instanceof EngineError)) throw error;
		notice(context, 'warning', `could not remove unused images: ${messageOf(error)}`);
	}
}
