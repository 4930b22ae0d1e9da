import type {ContainerSpec, Image} from '../engine/engine.ts';
import type {ServiceSpec} from '../model/specs.ts';

/** The folder in memory that holds the files inside the container. */
const folder = '/run/compartment/secrets';

/**
 * Runs first in the container, as its user: writes each variable to its file in memory, readable by that user alone,
 * takes it out of the environment, and gives its place to the image's own command. A tmpfs is empty after every start,
 * so the values come from the container's configuration, which is where the engine keeps every variable anyway.
 */
const script = [
	'umask 277',
	`for key in $COMPARTMENT_SECRET_FILES; do eval "printf %s \\"\\$$key\\"" > "${folder}/$key" || exit 1; unset "$key"; done`,
	'unset COMPARTMENT_SECRET_FILES',
	'exec "$@"',
].join('\n');

type Command = Pick<ContainerSpec, 'entrypoint' | 'command'>;

/**
 * The container's part of `secretFiles`: a tmpfs with the values, links to it at the declared paths, and a first command
 * that fills it. Nothing when the service has none. The image needs a shell.
 * @param own what the container runs; what it leaves open is the image's
 */
export function secretFileParts(
	{secretFiles}: Pick<ServiceSpec, 'secretFiles'>,
	image: Pick<Image, 'entrypoint' | 'command'>,
	own: Command,
): Pick<ContainerSpec, 'entrypoint' | 'command' | 'tmpfs' | 'files' | 'env'> {
	const keys = Object.keys(secretFiles);
	if (keys.length === 0) return {...own, env: {}};
	const entrypoint = own.entrypoint ?? image.entrypoint;
	// An entrypoint of one's own makes the image's command meaningless, as for the engine itself.
	const command = own.command ?? (own.entrypoint ? [] : image.command);
	return {
		entrypoint: ['/bin/sh', '-c', script, 'sh'],
		command: [...entrypoint, ...command],
		tmpfs: {[folder]: 'rw,noexec,nosuid,size=1m,mode=1777'},
		files: Object.entries(secretFiles).map(([key, path]) => ({path, target: `${folder}/${key}`})),
		env: {COMPARTMENT_SECRET_FILES: keys.join(' ')},
	};
}
