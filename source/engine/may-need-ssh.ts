import {readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';

/** The docker context that is in use; none without a readable file, which is reported when the engine is needed. */
function currentContext(env: NodeJS.ProcessEnv): unknown {
	try {
		const file = join(env['DOCKER_CONFIG'] || join(homedir(), '.docker'), 'config.json');
		return (JSON.parse(readFileSync(file, 'utf8')) as {currentContext?: unknown} | null)?.currentContext;
	} catch {
		return undefined;
	}
}

/**
 * Whether the engine may have to be reached through ssh, which may ask for a password. The first frame of the dashboard
 * waits for the answer, so this reads as little as possible, and takes every docker context for one over ssh.
 */
export function mayNeedSsh(env: NodeJS.ProcessEnv = process.env): boolean {
	if (env['DOCKER_HOST']) return env['DOCKER_HOST'].startsWith('ssh://');
	const context = env['DOCKER_CONTEXT'] || currentContext(env);
	return context !== undefined && context !== '' && context !== 'default';
}
