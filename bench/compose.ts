import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Peer} from './peers.ts';
import type {Sandbox} from './sandbox.ts';

/** The same services as a Compose project: its folder, and its command lines. */
export type ComposeProject = {
	readonly cwd: string;
	readonly env: NodeJS.ProcessEnv;
	readonly command: (...args: string[]) => [string, ...string[]];
};

/** Writes compose.yaml for the services of a sandbox. */
export function writeCompose(sandbox: Sandbox, {env}: Peer): ComposeProject {
	const cwd = join(sandbox.directory, 'compose');
	mkdirSync(cwd, {recursive: true});
	writeFileSync(join(cwd, 'compose.yaml'), sandbox.shape.compose(sandbox));
	return {cwd, env, command: (...args) => ['docker', 'compose', '--progress', 'quiet', ...args]};
}
