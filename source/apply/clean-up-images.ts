import type {Engine, ListedImage} from '../engine/engine.ts';
import {EngineError, messageOf} from '../errors.ts';
import {isReplacement} from '../state/deployments.ts';
import type {Deployment, State} from '../state/state.ts';
import {type ApplyContext, notice} from './context.ts';
import {listOwnImages, unneededNames} from './own-images.ts';

/** Deployments whose images are kept: active, held, and those for a rollback (docs/rules.md, "Kept for a rollback"). */
function keptDeployments(state: State, retain: number): Deployment[] {
	const services = new Set(Object.values(state.deployments).map(({service}) => service));
	return [...services].flatMap(service => {
		const newest = Object.values(state.deployments)
			.filter(each => each.service === service && each.status !== 'failed' && !isReplacement(each, state))
			.sort((a, b) => (a.id < b.id ? 1 : -1))
			.slice(0, retain + 1);
		return [...newest, state.deployments[state.active[service] ?? ''] ?? []].flat();
	});
}

/** References and ids of images to keep. */
export function neededImages(state: State, retain: number): ReadonlySet<string> {
	const recorded = Object.values(state.images).flatMap(({reference, imageId}) => [reference, imageId]);
	const kept = keptDeployments(state, retain).flatMap(({imageReference, imageId}) => [imageReference, imageId]);
	return new Set([...recorded, ...kept]);
}

/** Lists this project's images while the engine is busy with something else, for `cleanUpImages`. */
export function readOwnImages({engine, plan, results}: ApplyContext): void {
	results.ownImages ??= listOwnImages(engine, 'project', plan.project).catch(() => undefined);
}

/**
 * Removes images of an environment that no retained deployment needs. The caller holds its lock.
 * @returns what was removed: tags, or ids of images without a tag
 */
export async function removeUnneededImages(
	engine: Pick<Engine, 'listImages' | 'removeImage'>,
	state: State,
	retain: number,
	listed?: readonly ListedImage[],
): Promise<readonly string[]> {
	const needed = neededImages(state, retain);
	const images = listed ?? (await listOwnImages(engine, 'project', state.project));
	const names = images.flatMap(image => unneededNames(image, needed, state));
	for (const name of names) await engine.removeImage(name);
	return names;
}

/** Removes unneeded images at the end of an apply. A failure is only a warning: the next apply retries. */
export async function cleanUpImages(context: ApplyContext): Promise<void> {
	const {engine, settings, state, results} = context;
	try {
		await removeUnneededImages(engine, state.current(), settings.retain, await results.ownImages);
	} catch (error) {
		if (!(error instanceof EngineError)) throw error;
		notice(context, 'warning', `could not remove unused images: ${messageOf(error)}`);
	}
}
