import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {isThroughSsh} from './local-engine-only.ts';
import {openSshd} from './open-sshd.ts';

const sharedFolder = 'COMPARTMENT_TEST_SHARED_FOLDER';

/** A folder for sockets that the engine's machine sees too; undefined unless this run goes through ssh. */
export const folderOfEngine = (): string | undefined => process.env[sharedFolder];

/**
 * The docker client of tests, which they use to look and to disturb. It goes straight to the engine: each of its commands
 * would open an ssh of its own.
 */
function writeClient(bin: string): void {
	const docker = execFileSync('sh', ['-c', 'command -v docker'], {encoding: 'utf8'}).trim();
	const straight = 'case "$DOCKER_HOST" in ssh://*) unset DOCKER_HOST ;; esac';
	writeFileSync(join(bin, 'docker'), `#!/bin/sh\n${straight}\nexec ${docker} "$@"\n`, {mode: 0o755});
}

/** Makes all tests of a run reach the engine of this machine through an sshd, as if it were another machine's. */
export default async function reachThroughSsh(): Promise<(() => void) | undefined> {
	if (!isThroughSsh()) return undefined;
	const shared = mkdtempSync(join(tmpdir(), 'compartment-shared-'));
	const sshd = await openSshd({folders: () => [shared]});
	const before = {...process.env};
	const {PATH, DOCKER_HOST} = sshd.env();
	const bin = join(sshd.folder, 'client');
	mkdirSync(bin);
	writeClient(bin);
	Object.assign(process.env, {PATH: `${bin}:${PATH}`, DOCKER_HOST, [sharedFolder]: shared});
	return () => {
		process.env = before;
		sshd.close();
		rmSync(shared, {recursive: true, force: true});
	};
}
