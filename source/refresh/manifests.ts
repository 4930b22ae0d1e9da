import {join} from 'node:path';

/** File with the manifest of a service's last build, from which the next plan names changed files. */
export const manifestFile = (directory: string, service: string): string =>
	join(directory, 'manifests', `${service}.json`);
