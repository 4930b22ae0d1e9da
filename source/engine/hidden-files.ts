import type {ContainerSpec} from './engine.ts';

/**
 * The engine writes files beneath a tmpfs, where the container never sees them, and it empties a tmpfs on every
 * restart. A plain Error, because the caller can do otherwise: a file with mode 0400 in the container's own layer.
 */
export function refuseHiddenFiles({name, files = [], tmpfs = {}}: ContainerSpec): void {
	for (const {path} of files) {
		const hiding = Object.keys(tmpfs).find(mount => `${path}/`.startsWith(`${mount.replace(/\/+$/, '')}/`));
		if (hiding !== undefined) throw new Error(`container ${name}: ${path} would be hidden by the tmpfs at ${hiding}`);
	}
}
