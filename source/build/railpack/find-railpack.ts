import {constants} from 'node:fs';
import {access} from 'node:fs/promises';
import path from 'node:path';

/** A usable Railpack CLI. */
export type RailpackTools = {
	/** Path of the executable. */
	readonly railpack: string;
	/** Without a leading `v`. */
	readonly version: string;
	/** What runs its builds: the engine through docker buildx, or the BuildKit that BUILDKIT_HOST names. */
	readonly driver: 'buildx' | 'BUILDKIT_HOST';
};

export type RailpackFinding = {readonly tools: RailpackTools} | {readonly missing: string};

async function findExecutable(name: string, searchPath: string): Promise<string | undefined> {
	for (const folder of searchPath.split(path.delimiter).filter(path.isAbsolute)) {
		const file = path.join(folder, name);
		const isExecutable = await access(file, constants.X_OK).then(
			() => true,
			() => false,
		);
		if (isExecutable) return file;
	}
	return undefined;
}

/** What a program prints; undefined when it fails. */
async function ask(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string | undefined> {
	// These two take 5 ms to import, and most machines have no Railpack to ask.
	const [{execFile}, {promisify}] = await Promise.all([import('node:child_process'), import('node:util')]);
	return promisify(execFile)(file, args, {env, timeout: 10_000}).then(
		({stdout}) => stdout,
		() => undefined,
	);
}

/** Looks for the Railpack CLI on PATH and for what can run its builds. */
export async function findRailpackTools(env: NodeJS.ProcessEnv = process.env): Promise<RailpackFinding> {
	const railpack = await findExecutable('railpack', env['PATH'] ?? '');
	if (!railpack) return {missing: 'railpack not found'};
	const version = /\d+\.\d+[\w.-]*/.exec((await ask(railpack, ['--version'], env)) ?? '')?.[0];
	if (version === undefined) return {missing: 'railpack does not tell its version'};
	if ((await ask('docker', ['buildx', 'version'], env)) !== undefined)
		return {tools: {railpack, version, driver: 'buildx'}};
	if (env['BUILDKIT_HOST']) return {tools: {railpack, version, driver: 'BUILDKIT_HOST'}};
	return {missing: 'railpack found, but neither docker buildx nor BUILDKIT_HOST'};
}
