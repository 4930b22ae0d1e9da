import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {afterEach, beforeEach, vi} from 'vitest';

/** A folder for docker's configuration, and one on the PATH for credential helpers. */
export type DockerHome = {
	readonly file: () => string;
	/** Writes the configuration. */
	readonly configure: (content: unknown) => void;
	readonly read: () => string;
	/** Writes a credential helper: a script for the shell. `$KEPT` is a file that it may use. */
	readonly addHelper: (name: string, script: string) => void;
	/** What helpers keep. */
	readonly kept: () => string;
};

/** Gives each test an empty configuration of docker. */
export function withDockerHome(): DockerHome {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'compartment-docker-home-'));
		mkdirSync(join(folder, 'bin'));
		vi.stubEnv('DOCKER_CONFIG', join(folder, 'docker'));
		vi.stubEnv('PATH', `${join(folder, 'bin')}${delimiter}${process.env['PATH']}`);
		vi.stubEnv('KEPT', join(folder, 'kept'));
	});
	afterEach(() => {
		vi.unstubAllEnvs();
		rmSync(folder, {recursive: true, force: true});
	});
	const file = () => join(folder, 'docker/config.json');
	return {
		file,
		configure(content) {
			mkdirSync(join(folder, 'docker'), {recursive: true});
			writeFileSync(file(), typeof content === 'string' ? content : JSON.stringify(content));
		},
		read: () => readFileSync(file(), 'utf8'),
		addHelper(name, script) {
			const path = join(folder, 'bin', `docker-credential-${name}`);
			writeFileSync(path, `#!/bin/sh\n${script}\n`);
			chmodSync(path, 0o755);
		},
		kept: () => readFileSync(join(folder, 'kept'), 'utf8'),
	};
}

export const encode = (pair: string): string => Buffer.from(pair).toString('base64');
