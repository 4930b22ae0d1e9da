/** Addresses: the names of the objects in one environment. */
export const networkAddress = 'network';
export const routesAddress = 'routes';
/** When the environment expires. */
export const lifetimeAddress = 'lifetime';
export const routerAddress = 'router';
/** The certificate of a host or wildcard. */
export const certificateAddress = (host: string): string => `certificate.${host}`;
export const volumeAddress = (resource: string, handle: string): string => `volume.${resource}.${handle}`;
export const resourceAddress = (name: string): string => `resource.${name}`;
export const imageAddress = (service: string): string => `image.${service}`;
const releasePrefix = 'release.';
export const releaseAddress = (service: string): string => `${releasePrefix}${service}`;
export const isReleaseAddress = (address: string): boolean => address.startsWith(releasePrefix);
export const serviceAddress = (name: string): string => `service.${name}`;
const jobPrefix = 'job.';
/** The runs of a job or cron service. */
export const jobAddress = (service: string): string => `${jobPrefix}${service}`;
export const isRunAddress = (address: string): boolean => address.startsWith(jobPrefix);
/** A held deployment: ready, and waiting for `promote`. */
export const candidateAddress = (service: string): string => `candidate.${service}`;
/**
 * What follows the kind in an address: `web` of `service.web`, `db.data` of `volume.db.data`. An address that is only a
 * kind, such as `network`, is returned as it is.
 */
export const nameIn = (address: string): string => address.slice(address.indexOf('.') + 1);
const strayPrefix = 'container.';
/** A container that the state does not know. */
export const strayAddress = (containerName: string): string => `${strayPrefix}${containerName}`;
export const strayName = (address: string): string => address.slice(strayPrefix.length);
/** Temporary containers and volumes of a backup, restore or verify. */
export const operationAddress = (operation: 'backup' | 'restore' | 'verify', resource: string): string =>
	`${operation}.${resource}`;
export const isOperationAddress = (address: string): boolean => /^(backup|restore|verify)\./.test(address);
