import {basename, join} from 'node:path';
import {namePattern} from '../descriptor/names.ts';
import {describeService, findEvidence, type ServiceDescription} from './describe-service.ts';
import {foldersOf} from './folder.ts';
import {readNxServices} from './nx-services.ts';
import {readWorkspace, type Workspace} from './workspace-members.ts';

/** A folder that looks like a service. */
export type DetectedService = ServiceDescription & {
	readonly name: string;
	readonly kind: 'web' | 'api' | 'static';
};

const parents = ['services', 'apps'];

/** A folder with evidence of a service, or an application of an Nx workspace, which is described already. */
type Found = {
	readonly path: string;
	readonly evidence: string;
	readonly described?: ServiceDescription;
};

/** A service name made from a folder's: lower case, other characters as dashes. */
const serviceName = (folder: string): string | undefined => {
	const name = folder
		.toLowerCase()
		.replace(/[^a-z0-9_-]+/g, '-')
		.replace(/^[-_]+/, '')
		.slice(0, 63);
	return namePattern.test(name) ? name : undefined;
};

const named = (found: readonly Found[]): {name: string; found: Found}[] => {
	const taken = new Set<string>();
	return found.flatMap(each => {
		const [parent = '', ...rest] = each.path.split('/');
		const folder = rest.at(-1) ?? parent;
		const name = [folder, `${parent}-${folder}`].map(serviceName).find(choice => choice && !taken.has(choice));
		if (!name) return [];
		taken.add(name);
		return [{name, found: each}];
	});
};

/** Folders of `services/` and `apps/`, and the packages of a workspace that start. */
async function candidates(directory: string, workspace: Workspace | undefined): Promise<string[]> {
	const usual: string[] = [];
	for (const parent of parents)
		for (const folder of await foldersOf(join(directory, parent))) usual.push(`${parent}/${folder}`);
	const startable = [...(workspace?.members ?? [])].filter(([, {scripts}]) => scripts['start'] !== undefined);
	return [...new Set([...usual, ...startable.map(([path]) => path)])];
}

/**
 * Looks for services: folders of `services/` and `apps/` that hold a Dockerfile or the manifest of a known stack, and
 * packages of a workspace that start, or applications of an Nx workspace; else the directory itself. The one named `web`, or else the first, is the public one.
 */
export const detectServices = async (directory: string, hasRailpack: boolean): Promise<DetectedService[]> => {
	const workspace = await readWorkspace(directory);
	const nx = await readNxServices(directory);
	const inNx = new Set(nx.map(({folder}) => folder));
	const found: Found[] = nx.map(({name, described}) => ({path: name, evidence: described.evidence, described}));
	for (const path of await candidates(directory, workspace)) {
		// The tests of an application are a project beside it.
		if (inNx.has(path) || (nx.length > 0 && path.endsWith('-e2e'))) continue;
		const evidence = await findEvidence(join(directory, path));
		if (evidence) found.push({path, evidence});
	}
	const services = named(found);
	if (services.length > 0) {
		const web = services.find(({name}) => name === 'web') ?? services[0];
		const kindOf = (service: (typeof services)[number], isSite: boolean) => {
			if (isSite) return 'static';
			return service === web ? 'web' : 'api';
		};
		return Promise.all(
			services.map(async service => {
				const {path, evidence, described: known} = service.found;
				const described = known ?? (await describeService(directory, path, evidence, workspace, hasRailpack));
				return {name: service.name, kind: kindOf(service, described.details.isSite), ...described};
			}),
		);
	}
	const evidence = await findEvidence(directory);
	if (!evidence) return [];
	const described = await describeService(directory, '.', evidence, undefined, hasRailpack);
	return [{name: 'web', kind: described.details.isSite ? 'static' : 'web', ...described}];
};

/** A project name made from a directory's, or nothing when no letter is left to start with. */
export const projectNameOf = (directory: string): string | undefined => {
	const slug = basename(directory)
		.normalize('NFKD')
		.toLowerCase()
		.replace(/\p{M}/gu, '')
		.replace(/[^a-z0-9]+/g, '-')
		.replace(/^[^a-z]+/, '')
		.slice(0, 63)
		.replace(/-+$/, '');
	return slug === '' || slug === 'create' ? undefined : slug;
};
