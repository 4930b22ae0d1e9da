import {type NxApplication, readNxApplications} from '../detect/nx.ts';
import {UserError} from '../errors.ts';
import type {ServiceDescription} from './describe-service.ts';
import {readServiceSource, readShallow} from './folder.ts';
import {type Drivers, findDrivers} from './hints.ts';

/** A service for an application of an Nx workspace, which is built from the root. */
export type NxService = {
	readonly name: string;
	/** The application's own folder, which is no service. */
	readonly folder: string;
	readonly described: ServiceDescription;
};

function describe({folder, app}: NxApplication, drivers: Drivers): ServiceDescription {
	const {start, site, build, framework, problem, doubts} = app;
	const common = {
		path: '.',
		evidence: folder === '' ? 'project.json' : `${folder}/project.json`,
		stack: 'Node' as const,
		doubts,
		...(framework !== undefined && {framework}),
		...(build !== undefined && {buildCommand: build}),
	};
	if (site !== undefined) return {...common, outputDirectory: site, details: {isSite: true}};
	// The packages of all applications are in one manifest, so a driver may belong to another server.
	const details = {...drivers, isSite: false};
	if (problem !== undefined) return {...common, problem, details};
	return {...common, details, start: start === undefined ? {type: 'unknown'} : {type: 'guessed', command: start}};
}

/** The services of the Nx workspace in a directory; empty if it is none, or if its packages say how they start. */
export async function readNxServices(directory: string): Promise<NxService[]> {
	const root = await readShallow(directory);
	if (!root.has('nx.json')) return [];
	const drivers = await findDrivers(root);
	try {
		const {files} = await readServiceSource(directory, '.', []);
		const applications = await readNxApplications(files);
		return applications.map(each => ({name: each.name, folder: each.folder, described: describe(each, drivers)}));
	} catch (error) {
		// What cannot be read is named where it is built.
		if (error instanceof UserError) return [];
		throw error;
	}
}
