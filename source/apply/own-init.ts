import type {ContainerSpec, Image} from '../engine/engine.ts';
import type {ServiceSpec} from '../model/specs.ts';

/** Programs that start and end others as process 1. A second one above them is refused by some and helps none. */
const inits = new Set([
	'catatonit',
	'docker-init',
	'dumb-init',
	'init',
	'my_init',
	'runit-init',
	's6-svscan',
	'systemd',
	'tini',
	'tini-static',
]);

/**
 * Whether a service's container gets the engine's init as process 1. A program that is process 1 itself ignores every stop
 * signal that it does not handle, so that `node server.js` would only end when its grace time is over. An image that
 * brings its own init keeps it. Resources get none: the entrypoints of databases handle their stop signal. A service with
 * `secretFiles` gets none either: the init keeps the environment that it was started with, where every process of the
 * container could read what was taken out of it.
 * @param own what the container runs; what it leaves open is the image's
 */
export function needsInit(
	image: Pick<Image, 'entrypoint' | 'command'> | undefined,
	own: Pick<ContainerSpec, 'entrypoint' | 'command'>,
	{secretFiles}: Pick<ServiceSpec, 'secretFiles'>,
): boolean {
	if (Object.keys(secretFiles).length > 0) return false;
	const entrypoint = own.entrypoint ?? image?.entrypoint ?? [];
	const command = own.command ?? (own.entrypoint ? [] : (image?.command ?? []));
	const program = [...entrypoint, ...command][0] ?? '';
	return !inits.has(program.slice(program.lastIndexOf('/') + 1));
}
