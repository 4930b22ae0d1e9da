import type {ContainerSpec} from './engine.ts';

/**
 * Rejects files beneath a tmpfs: the engine writes them under the mount, where the container cannot see them, and a
 * tmpfs is empty after every restart. A plain Error, because the caller can use a file with mode 0400 in the container's
 * own layer instead.
 */
export function refuseHiddenFiles({name, files = [], tmpfs = {}}: ContainerSpec): void {
	for (const {path} of files) {
		const hiding = Object.keys(tmpfs).find(mount => `${path}/`.startsWith(`${mount.replace(/\/+$/, '')}/`));
		if (hiding !== undefined) throw new Error(`container ${name}: ${path} would be hidden by the tmpfs at ${hiding}`);
	}
}
