import {closeSync, constants, mkdirSync, openSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {UserError} from '../errors.ts';
import {sha256} from '../model/canonical.ts';
import {configurationDirectory} from '../settings/configuration-directory.ts';
import {codeOf, fileError, privateDirectoryMode, privateFileMode} from './private-file.ts';
import {holdSocket} from './socket-lock.ts';

/** A lock that is held. It has a number where it is a socket in the folder that it locks. */
export type HeldLock = {readonly release: () => Promise<void>; readonly number?: number};

/**
 * Takes a lock that the operating system frees when the process ends; undefined if it is held, even by this process. Node
 * has no flock. So this uses a socket in the folder on Linux, a named pipe on Windows, and a file opened with an exclusive
 * lock on macOS and BSD.
 * @param directory real path of a folder that other users cannot enter; it identifies the lock
 */
export async function holdKernelLock(
	directory: string,
	platform: NodeJS.Platform = process.platform,
): Promise<HeldLock | undefined> {
	const name = sha256(directory).slice(0, 40);
	if (platform === 'linux' || platform === 'android') return holdSocketSomewhere(directory, name);
	if (platform === 'win32') return holdName(`\\\\.\\pipe\\compartment-${name}`);
	if (platform === 'darwin' || platform === 'freebsd' || platform === 'openbsd' || platform === 'netbsd')
		return holdFile(join(directory, 'lock'));
	throw new UserError(`Compartment cannot lock environments on ${platform}`, {
		hint: 'Use Linux, macOS, BSD or Windows.',
	});
}

/** Errors of file systems without sockets or hard links. */
const notSupported: readonly (string | undefined)[] = ['EOPNOTSUPP', 'ENOTSUP', 'EPERM', 'EINVAL', 'ENOSYS', 'EMLINK'];

/** Locks the folder or, if its file system has no sockets, as on a share, a folder of the user in its place. */
async function holdSocketSomewhere(directory: string, name: string): Promise<HeldLock | undefined> {
	try {
		return await holdSocket(directory);
	} catch (error) {
		if (!notSupported.includes(codeOf(error))) throw fileError('lock', directory, error);
	}
	const home = join(configurationDirectory(), 'locks', name);
	mkdirSync(home, {recursive: true, mode: privateDirectoryMode});
	try {
		const held = await holdSocket(home);
		return held && {release: held.release};
	} catch (error) {
		throw fileError('lock', home, error);
	}
}

async function holdName(name: string): Promise<HeldLock | undefined> {
	const server = createServer(connection => connection.destroy());
	const isHeld = await new Promise<boolean>((resolve, reject) => {
		server.once('error', error => (codeOf(error) === 'EADDRINUSE' ? resolve(false) : reject(error)));
		server.listen(name, () => resolve(true));
		server.unref();
	});
	if (!isHeld) return undefined;
	return {release: () => new Promise(resolve => server.close(() => resolve()))};
}

// From the system headers; Node has no names for them.
const exclusiveLock = 0x20;
const nonBlocking = 0x4;

async function holdFile(path: string): Promise<HeldLock | undefined> {
	try {
		const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0) | exclusiveLock | nonBlocking;
		const descriptor = openSync(path, flags, privateFileMode);
		return {release: async () => closeSync(descriptor)};
	} catch (error) {
		if (codeOf(error) === 'EAGAIN' || codeOf(error) === 'EWOULDBLOCK') return undefined;
		throw fileError('lock', path, error);
	}
}
