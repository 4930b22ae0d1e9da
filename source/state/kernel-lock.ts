import {closeSync, constants, mkdirSync, openSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {configurationDirectory} from '../configuration-directory.ts';
import {UserError} from '../errors.ts';
import {sha256} from '../model/canonical.ts';
import {codeOf, fileError, privateDirectoryMode, privateFileMode} from './private-file.ts';
import {holdSocket} from './socket-lock.ts';

export type Release = () => Promise<void>;

/**
 * Takes a lock that the operating system frees with the process, and says undefined when it is held already, be it
 * by this very process. Node has no flock, so: on Linux a socket inside the folder, on Windows a named pipe (which exists
 * as long as its owner lives), on BSD systems and macOS a file opened with an exclusive lock.
 * @param directory its real path, which is the lock's identity; others cannot enter it
 */
export async function holdKernelLock(
	directory: string,
	platform: NodeJS.Platform = process.platform,
): Promise<Release | undefined> {
	const name = sha256(directory).slice(0, 40);
	if (platform === 'linux' || platform === 'android') return holdSocketSomewhere(directory, name);
	if (platform === 'win32') return holdName(`\\\\.\\pipe\\compartment-${name}`);
	if (platform === 'darwin' || platform === 'freebsd' || platform === 'openbsd' || platform === 'netbsd')
		return holdFile(join(directory, 'lock'));
	throw new UserError(`Compartment has no lock for ${platform}`, {hint: 'Use Linux, macOS, BSD or Windows.'});
}

/** What file systems say that have no sockets or no hard links. */
const notSupported: readonly (string | undefined)[] = ['EOPNOTSUPP', 'ENOTSUP', 'EPERM', 'EINVAL', 'ENOSYS', 'EMLINK'];

/** In the folder, or where that cannot hold a socket, such as on a share, in a folder of the user that stands for it. */
async function holdSocketSomewhere(directory: string, name: string): Promise<Release | undefined> {
	try {
		return await holdSocket(directory);
	} catch (error) {
		if (!notSupported.includes(codeOf(error))) throw fileError('lock', directory, error);
	}
	const home = join(configurationDirectory(), 'locks', name);
	mkdirSync(home, {recursive: true, mode: privateDirectoryMode});
	return holdSocket(home).catch((error: unknown) => {
		throw fileError('lock', home, error);
	});
}

async function holdName(name: string): Promise<Release | undefined> {
	const server = createServer(connection => connection.destroy());
	const isHeld = await new Promise<boolean>((resolve, reject) => {
		server.once('error', error => (codeOf(error) === 'EADDRINUSE' ? resolve(false) : reject(error)));
		server.listen(name, () => resolve(true));
		server.unref();
	});
	if (!isHeld) return undefined;
	return () => new Promise(resolve => server.close(() => resolve()));
}

// From the systems' headers; Node does not name them.
const exclusiveLock = 0x20;
const nonBlocking = 0x4;

async function holdFile(path: string): Promise<Release | undefined> {
	try {
		const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0) | exclusiveLock | nonBlocking;
		const descriptor = openSync(path, flags, privateFileMode);
		return async () => closeSync(descriptor);
	} catch (error) {
		if (codeOf(error) === 'EAGAIN' || codeOf(error) === 'EWOULDBLOCK') return undefined;
		throw fileError('lock', path, error);
	}
}
