import {EngineError, messageOf} from '../errors.ts';
import {imageRepository} from '../model/names.ts';
import type {State} from '../state/state.ts';
import {type ApplyContext, notice} from './context.ts';
import {listOwnImages} from './own-images.ts';

/** References of images to keep: active, held, and those for a rollback (`retain` per service). */
function neededReferences(state: State, retain: number): Set<string> {
	const needed = new Set(Object.values(state.images).map(({reference}) => reference));
	const services = new Set(Object.values(state.deployments).map(({service}) => service));
	for (const service of services) {
		const kept = Object.values(state.deployments)
			.filter(deployment => deployment.service === service && deployment.status !== 'failed')
			.sort((a, b) => (a.id < b.id ? 1 : -1))
			.slice(0, retain + 1);
		for (const {imageReference} of kept) needed.add(imageReference);
		const active = state.deployments[state.active[service] ?? ''];
		if (active) needed.add(active.imageReference);
	}
	return needed;
}

/** Whether a tag is in a repository of this environment. No other image is ever removed. */
export function isOwnReference(tag: string, {project, environment}: Pick<State, 'project' | 'environment'>): boolean {
	const prefix = imageRepository(project, environment, 'x').replace(/x$/, '');
	return tag.startsWith(prefix);
}

/** Lists this project's images while the engine is busy with something else, for `cleanUpImages`. */
export function readOwnImages({engine, plan, results}: ApplyContext): void {
	results.ownImages ??= listOwnImages(engine, 'project', plan.project).catch(() => undefined);
}

/** Removes tags of this environment that no retained deployment needs. A failure is only a warning: the next apply retries. */
export async function cleanUpImages(context: ApplyContext): Promise<void> {
	const {engine, plan, settings, state, results} = context;
	const needed = neededReferences(state.current(), settings.retain);
	try {
		const listed = (await results.ownImages) ?? (await listOwnImages(engine, 'project', plan.project));
		for (const {tags} of listed)
			for (const tag of tags) if (isOwnReference(tag, plan) && !needed.has(tag)) await engine.removeImage(tag);
	} catch (error) {
		if (!(error instanceof EngineError)) throw error;
		notice(context, 'warning', `could not remove unused images: ${messageOf(error)}`);
	}
}
