import {execFile} from 'node:child_process';
import {constants} from 'node:fs';
import {access} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';

const execute = promisify(execFile);

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

/** Looks for the Railpack CLI on PATH and for what can run its builds. */
export async function findRailpackTools(env: NodeJS.ProcessEnv = process.env): Promise<RailpackFinding> {
	const railpack = await findExecutable('railpack', env['PATH'] ?? '');
	if (!railpack) return {missing: 'railpack not found'};
	const ask = async (file: string, args: readonly string[]) =>
		execute(file, args, {env, timeout: 10_000}).then(
			({stdout}) => stdout,
			() => undefined,
		);
	const version = /\d+\.\d+[\w.-]*/.exec((await ask(railpack, ['--version'])) ?? '')?.[0];
	if (version === undefined) return {missing: 'railpack does not tell its version'};
	if ((await ask('docker', ['buildx', 'version'])) !== undefined) return {tools: {railpack, version, driver: 'buildx'}};
	if (env['BUILDKIT_HOST']) return {tools: {railpack, version, driver: 'BUILDKIT_HOST'}};
	return {missing: 'railpack found, but neither docker buildx nor BUILDKIT_HOST'};
}
