import {resourceAddress} from './address.ts';

/*
 * What a backup is of: a resource, by its name, or a volume of a service, as `web.uploads`. The name of a resource has no dot
 * (docs/rules.md, "Names").
 */

export const isVolumeOfService = (name: string): boolean => name.includes('.');

export const backedUpAddress = (name: string): string =>
	isVolumeOfService(name) ? `volume.${name}` : resourceAddress(name);

/** For messages: `resource db`, `volume web.uploads`. */
export const backedUpTitle = (name: string): string => `${isVolumeOfService(name) ? 'volume' : 'resource'} ${name}`;
