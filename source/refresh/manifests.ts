import {join} from 'node:path';

/** Where the list of a service's built files lies, by which the next plan names what changed. */
export const manifestFile = (directory: string, service: string): string =>
	join(directory, 'manifests', `${service}.json`);
