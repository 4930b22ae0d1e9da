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
export function writeCompose({directory, name, image, services}: Sandbox, {env}: Peer): ComposeProject {
	const cwd = join(directory, 'compose');
	mkdirSync(cwd, {recursive: true});
	const entries = services.map(service => `  ${service}:\n    image: ${image}\n    restart: unless-stopped\n`);
	writeFileSync(join(cwd, 'compose.yaml'), `name: ${name}\n\nservices:\n${entries.join('')}`);
	return {cwd, env, command: (...args) => ['docker', 'compose', '--progress', 'quiet', ...args]};
}
