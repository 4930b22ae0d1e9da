import {isInUse, usersOf} from '../backup/volumes.ts';
import {nameIn} from '../model/address.ts';
import type {State} from '../state/state.ts';

export type VolumeSummary = {
	/** Service or resource, and handle: `web.uploads`. */
	readonly name: string;
	readonly mountPath: string;
	/** The engine's volume name. */
	readonly engineName: string;
	/** What has it mounted: a resource or a service; null when nothing does. */
	readonly usedBy: string | null;
	readonly isReleased: boolean;
	/** Compartment did not make it. */
	readonly isExternal: boolean;
	readonly createdAt: string;
};

/** The volumes of an environment, sorted by name. */
export const reportVolumes = (state: State): VolumeSummary[] =>
	Object.entries(state.volumes)
		.map(([address, {name: engineName, mountPath, createdAt, isReleased = false, isExternal = false}]) => {
			const name = nameIn(address);
			const [owner = ''] = name.split('.');
			const user = usersOf(state, address).find(each => isInUse(state, each));
			const usedBy = state.resources[owner] ? owner : (user?.service ?? null);
			return {name, mountPath, engineName, usedBy, isReleased, isExternal, createdAt};
		})
		.sort((a, b) => (a.name < b.name ? -1 : 1));
