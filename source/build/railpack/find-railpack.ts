import {askProgram, findProgram} from '../../programs.ts';

/** A usable Railpack CLI. */
export type RailpackTools = {
	/** Absolute path of the executable. */
	readonly railpack: string;
	/** Without a leading `v`. */
	readonly version: string;
	/** What runs its builds: the engine through docker buildx, or the BuildKit at BUILDKIT_HOST. */
	readonly driver: 'buildx' | 'BUILDKIT_HOST';
	/** Absolute path of the docker client; absent with BUILDKIT_HOST. */
	readonly docker?: string;
};

export type RailpackFinding = {readonly tools: RailpackTools} | {readonly missing: string};

/** Looks on PATH for the Railpack CLI and a builder for it. Ignores programs inside the repository of `project`. */
export async function findRailpackTools(project: string): Promise<RailpackFinding> {
	const railpack = findProgram('railpack', project);
	if (!railpack) return {missing: 'railpack not found'};
	const version = /\d+\.\d+[\w.-]*/.exec((await askProgram(railpack, ['--version'])) ?? '')?.[0];
	if (version === undefined) return {missing: 'railpack does not report its version'};
	const docker = findProgram('docker', project);
	if (docker && (await askProgram(docker, ['buildx', 'version'])) !== undefined)
		return {tools: {railpack, version, driver: 'buildx', docker}};
	if (process.env['BUILDKIT_HOST']) return {tools: {railpack, version, driver: 'BUILDKIT_HOST'}};
	return {missing: 'railpack found, but neither docker buildx nor BUILDKIT_HOST'};
}
