import {basename, join} from 'node:path';
import {namePattern} from '../descriptor/schema/text.ts';
import {readDetails, type ServiceDetails} from './detect-details.ts';
import {type EvidenceFile, findEvidence, foldersOf, readManifest} from './detect-evidence.ts';
import {findNodeStart, type NodeStart} from './detect-start.ts';
import {includesOf, readWorkspace, type Workspace} from './detect-workspace.ts';

/** A folder that looks like a service. */
export type DetectedService = {
	readonly name: string;
	readonly path: string;
	readonly kind: 'web' | 'api' | 'static';
	/** The file that gave it away; absent when nothing did. */
	readonly evidence?: EvidenceFile;
	readonly details?: ServiceDetails;
	/** What a package of a workspace is built from beside its own folder. */
	readonly include?: readonly string[];
	/** How a site is built. */
	readonly buildCommand?: string;
	/** How a Node service starts. */
	readonly start?: NodeStart;
};

const parents = ['services', 'apps'];

type Found = {readonly path: string; readonly evidence: EvidenceFile};

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

async function describe(
	directory: string,
	{path, evidence}: Found,
	workspace: Workspace | undefined,
): Promise<Pick<DetectedService, 'path' | 'evidence' | 'details' | 'include' | 'buildCommand' | 'start'>> {
	const details = await readDetails(join(directory, path), evidence);
	const home = evidence === 'package.json' && workspace?.members.has(path) ? workspace : undefined;
	// A path that a shell would read otherwise does not go into a command.
	const isSite = details.isSite && /^[\w./@-]+$/.test(path);
	const hasStart = evidence === 'package.json' && !isSite;
	const folder = join(directory, path);
	return {
		path,
		evidence,
		details: {...details, isSite},
		...(home && {include: includesOf(home, path)}),
		...(hasStart && {start: await findNodeStart(folder, await readManifest(folder), home ? `${path}/` : '')}),
		...(isSite && {buildCommand: home ? home.runScript('build', path) : 'npm run build'}),
	};
}

/**
 * Looks for services: folders of `services/` and `apps/` that hold a Dockerfile or the manifest of a known stack, and
 * packages of a workspace that start; else the directory itself. The one named `web`, or else the first, is the public one.
 */
export const detectServices = async (directory: string): Promise<DetectedService[]> => {
	const workspace = await readWorkspace(directory);
	const found: Found[] = [];
	for (const path of await candidates(directory, workspace)) {
		const evidence = await findEvidence(join(directory, path));
		if (evidence) found.push({path, evidence});
	}
	const services = named(found);
	if (services.length > 0) {
		const web = services.find(({name}) => name === 'web') ?? services[0];
		const kindOf = (service: (typeof services)[number], isSite: boolean | undefined) => {
			if (isSite) return 'static';
			return service === web ? 'web' : 'api';
		};
		return Promise.all(
			services.map(async service => {
				const described = await describe(directory, service.found, workspace);
				return {name: service.name, kind: kindOf(service, described.details?.isSite), ...described};
			}),
		);
	}
	const evidence = await findEvidence(directory);
	if (!evidence) return [];
	const described = await describe(directory, {path: '.', evidence}, undefined);
	return [{name: 'web', kind: described.details?.isSite ? 'static' : 'web', ...described}];
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
