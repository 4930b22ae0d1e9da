import type {ContainerSpec, Image} from '../engine/engine.ts';
import type {ServiceSpec} from '../model/specs.ts';

/**
 * Where the files are in the container. /dev/shm is a tmpfs in every container and writable by its user; a separate tmpfs
 * loses its mode at the first restart (Docker 20.10).
 */
const folder = '/dev/shm/compartment-secrets';

/**
 * Runs first at every start of the container, as its user: writes each variable to a file in memory that only this user can
 * read, removes it from the environment, and execs the image's command. The values come from the container's
 * configuration, where the engine keeps all variables anyway.
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
 * The parts of a container that implement `secretFiles`: symlinks from the declared paths to files in memory, and a command
 * that writes those files first. Empty when the service has none. The image needs a shell.
 * @param own what the container sets; the image decides the rest
 */
export function secretFileParts(
	{secretFiles}: Pick<ServiceSpec, 'secretFiles'>,
	image: Pick<Image, 'entrypoint' | 'command'>,
	own: Command,
): Pick<ContainerSpec, 'entrypoint' | 'command' | 'files' | 'env'> {
	const keys = Object.keys(secretFiles);
	if (keys.length === 0) return {...own, env: {}};
	const entrypoint = own.entrypoint ?? image.entrypoint;
	// As in Docker, setting the entrypoint discards the image's command.
	const command = own.command ?? (own.entrypoint ? [] : image.command);
	return {
		entrypoint: ['/bin/sh', '-c', script, 'sh'],
		command: [...entrypoint, ...command],
		files: Object.entries(secretFiles).map(([key, path]) => ({path, target: `${folder}/${key}`})),
		env: {COMPARTMENT_SECRET_FILES: keys.join(' ')},
	};
}
