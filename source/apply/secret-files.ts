import type {ContainerSpec, Image} from '../engine/engine.ts';
import type {ServiceSpec} from '../model/specs.ts';

/**
 * The folder that holds the files inside the container. /dev/shm is a tmpfs in every container, writable by its user; a
 * tmpfs of our own loses its mode at the first restart (Docker 20.10).
 */
const folder = '/dev/shm/compartment-secrets';

/**
 * Runs first in the container, as its user and at every start: writes each variable to its file in memory, readable by
 * that user alone, takes it out of the environment, and gives its place to the image's own command. The values come from
 * the container's configuration, which is where the engine keeps every variable anyway.
 */
const script = `
(
	umask 077 && rm -rf ${folder} && mkdir ${folder} && umask 277 || exit 1
	for key in $COMPARTMENT_SECRET_FILES; do
		eval "printf %s \\"\\$$key\\"" > "${folder}/$key" || exit 1
	done
) || exit 1
for key in $COMPARTMENT_SECRET_FILES; do unset "$key"; done
unset COMPARTMENT_SECRET_FILES
exec "$@"`;

type Command = Pick<ContainerSpec, 'entrypoint' | 'command'>;

/**
 * The container's part of `secretFiles`: links at the declared paths to files in memory, and a first command that writes
 * those. Nothing when the service has none. The image needs a shell.
 * @param own what the container runs; what it leaves open is the image's
 */
export function secretFileParts(
	{secretFiles}: Pick<ServiceSpec, 'secretFiles'>,
	image: Pick<Image, 'entrypoint' | 'command'>,
	own: Command,
): Pick<ContainerSpec, 'entrypoint' | 'command' | 'files' | 'env'> {
	const keys = Object.keys(secretFiles);
	if (keys.length === 0) return {...own, env: {}};
	const entrypoint = own.entrypoint ?? image.entrypoint;
	// An entrypoint of one's own makes the image's command meaningless, as for the engine itself.
	const command = own.command ?? (own.entrypoint ? [] : image.command);
	return {
		entrypoint: ['/bin/sh', '-c', script, 'sh'],
		command: [...entrypoint, ...command],
		files: Object.entries(secretFiles).map(([key, path]) => ({path, target: `${folder}/${key}`})),
		env: {COMPARTMENT_SECRET_FILES: keys.join(' ')},
	};
}
