import {mkdtempSync, statSync} from 'node:fs';
import type {Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {startProgram} from '../../programs.ts';

/** The name of the socket in the folder. */
const socketName = 'engine.sock';

// The address of a socket takes 104 bytes on some systems, and ssh expands some characters.
const isUsable = (folder: string | undefined): folder is string =>
	folder !== undefined &&
	/^\/[\w./+-]{1,70}$/.test(folder) &&
	(statSync(folder, {throwIfNoEntry: false})?.isDirectory() ?? false);

/** Removes the folder when its standard input ends, which is when this process does, even if it was killed. */
const cleaner = `read -r line; rm -f -- "$1/${socketName}"; rmdir -- "$1"`;

/**
 * A path for a socket, in a new folder that only this user can enter. Both are removed when this process ends, whatever
 * ends it: ssh leaves its socket behind.
 */
export function reserveSocket(env: NodeJS.ProcessEnv = process.env): string {
	const base = [env['XDG_RUNTIME_DIR'], tmpdir()].find(isUsable) ?? '/tmp';
	const folder = mkdtempSync(join(base, 'compartment-ssh-'));
	// In another session, where no signal of the terminal reaches it.
	const child = startProgram('/bin/sh', ['-c', cleaner, 'sh', folder], {
		stdio: ['pipe', 'ignore', 'ignore'],
		detached: true,
		cwd: '/',
	});
	child.on('error', () => undefined);
	child.unref();
	(child.stdin as Socket | null)?.unref();
	return join(folder, socketName);
}
