import type {ContainerSpec, Image} from '../engine/engine.ts';
import type {ServiceSpec} from '../model/specs.ts';

/** Init programs. Some of them refuse to run under another init, and none of them needs one. */
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
 * Whether a service's container gets the engine's init as process 1. A program that runs as process 1 ignores every stop
 * signal that it does not handle: `node server.js` would run until its grace time is over. An image with its own init keeps
 * that. Resources get none, because entrypoints of databases handle their stop signal. A service with `secretFiles` gets
 * none either: the init would keep its initial environment, in which every process of the container could read the secrets.
 * @param own what the container sets; the image decides the rest
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
