import path from 'node:path';
import type {Project, Service} from '../descriptor/project.ts';
import {UserError} from '../errors.ts';
import {chooseBuilder} from './choose.ts';
import {readContext} from './context.ts';
import {isInside, isPrivateName, lookAt} from './paths.ts';
import {selectSource} from './select-source.ts';

/** Whether a build reads what has this name in its folder: a file, a folder, or a file of ignore rules. */
export type IsRead = (name: string) => boolean;

/** The folders that decide what builds read, by their absolute real paths. */
export type SourceFolders = ReadonlyMap<string, IsRead>;

const isRuleFile = (name: string): boolean => name === '.gitignore' || name.endsWith('.dockerignore');

/** The folder itself, or the nearest one above it that exists. */
function nearestFolder(folder: string): string {
	for (let current = folder; ; current = path.dirname(current))
		if (lookAt(current)?.isDirectory() || current === path.dirname(current)) return current;
}

type Add = (folder: string, isRead: IsRead) => void;

/** The folders above a source, up to the boundary: their ignore rules count, and the source may be moved or made again. */
function addAbove(boundary: string, source: string, add: Add): void {
	for (let current = source; current !== boundary && isInside(boundary, current); ) {
		const next = path.basename(current);
		current = path.dirname(current);
		add(current, name => name === next || isRuleFile(name));
	}
}

async function addService(project: Pick<Project, 'directory'>, service: Service, add: Add): Promise<void> {
	const selection = await selectSource(project, service);
	for (const {path: source, type} of selection.selected) {
		addAbove(selection.boundary, source, add);
		if (type === 'file') add(path.dirname(source), name => name === path.basename(source));
	}
	// Which tools are installed does not change what a build without a Dockerfile reads.
	const builder = await chooseBuilder(service, project, selection, async () => ({missing: ''}));
	const dockerfile = builder.type === 'dockerfile' ? builder.dockerfile : undefined;
	if (dockerfile !== undefined)
		add(path.dirname(dockerfile), name => name === path.basename(dockerfile) || isRuleFile(name));
	await readContext(selection, dockerfile, (folder, leftOut) => add(folder, name => !leftOut.has(name)));
}

/**
 * The folders that decide what the builds of a project read, found with the walk that builds use, so that both ignore the same
 * (docs/rules.md, "Ignored files"). What cannot be read is left out, or stands for the nearest folder above: its build fails, and a
 * change there may mend it.
 */
export async function findSourceFolders(project: Pick<Project, 'directory' | 'services'>): Promise<SourceFolders> {
	const folders = new Map<string, IsRead>();
	const add: Add = (folder, isRead) => {
		const before = folders.get(folder);
		folders.set(
			folder,
			name => isRuleFile(name) || (!isPrivateName(name) && (isRead(name) || before?.(name) === true)),
		);
	};
	for (const service of project.services) {
		if (service.image !== undefined) continue;
		try {
			await addService(project, service, add);
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			for (const given of [service.path, service.context, ...service.build.include])
				if (given !== undefined) add(nearestFolder(path.resolve(project.directory, given)), () => true);
		}
	}
	return folders;
}
