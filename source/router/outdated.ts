import type {ReadonlyEngine} from '../engine/engine.ts';
import type {ObservedRouter} from './container.ts';
import {specOf} from './make-container.ts';
import {imageOf, publishedPorts, type RouterOptions} from './options.ts';
import {ownNetworkName} from './own-network.ts';

/** One difference between the router and what this release and the settings require, as text for people. */
export type OutdatedPart = {
	readonly name: 'image' | 'listen' | 'network' | 'release';
	readonly before: string;
	readonly after: string;
};

/** The differences of an existing router; empty if it is up to date. */
export async function outdatedParts(
	engine: ReadonlyEngine,
	options: RouterOptions,
	{imageId, publishes, networks, spec, state}: ObservedRouter,
): Promise<readonly OutdatedPart[]> {
	if (imageId === undefined) return [];
	const isMade = spec === specOf(options) || (options.isTlsOptional === true && spec === specOf(options, false));
	const own = ownNetworkName(options);
	const reference = imageOf(options);
	const [image, network] = await Promise.all([engine.findImage(reference), engine.findByName('network', own)]);
	const parts: OutdatedPart[] = [];
	if (image ? image.id !== imageId : !isMade)
		parts.push({name: 'image', before: await nameOf(engine, imageId), after: reference});
	const listen = publishedPorts(options).map(({port}) => `${options.listen}:${port}`);
	// A stopped router publishes nothing.
	if (!isMade && state === 'running' && !listen.every(address => publishes?.includes(address)))
		parts.push({name: 'listen', before: publishes?.join(', ') || 'nothing', after: listen.join(', ')});
	if (!networks?.includes(own) || !network)
		parts.push({name: 'network', before: networks?.includes('bridge') ? 'bridge' : 'none', after: own});
	if (!isMade && parts.length === 0)
		parts.push({name: 'release', before: 'made by another release or with other settings', after: 'this release'});
	return parts;
}

async function nameOf(engine: ReadonlyEngine, imageId: string): Promise<string> {
	const image = await engine.findImage(imageId);
	return image?.tags[0] ?? imageId.replace('sha256:', '').slice(0, 12);
}
