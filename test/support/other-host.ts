/**
 * The words before a command that run it on a host of this name, as far as the program can tell: it has a name space of its own
 * for the host's name. The process stays the one that was started, so signals reach the command.
 */
export const onHost = (name: string): readonly [program: string, ...words: string[]] => {
	const isRoot = process.getuid?.() === 0;
	const script = 'hostname "$0" && exec "$@"';
	return ['unshare', ...(isRoot ? [] : ['--user', '--map-root-user']), '--uts', 'sh', '-c', script, name];
};
