import {randomBytes} from 'node:crypto';
import {
	chmodSync,
	closeSync,
	existsSync,
	linkSync,
	lstatSync,
	openSync,
	readdirSync,
	renameSync,
	unlinkSync,
} from 'node:fs';
import {createConnection, createServer, type Server} from 'node:net';
import {join} from 'node:path';
import {codeOf, createPrivateFile, privateFileMode} from './private-file.ts';

const lockName = /^lock\.(\d{1,15})$/;

/** Whether a name belongs to a lock: a socket while it is held, or after its holder died. */
export const isLockName = (name: string): boolean => lockName.test(name);

/** Maximum length of a socket's path on Linux, in bytes. */
const longestPath = 107;

/** A lock that is held: its number, one higher than that of the holder before, and how to release it. */
export type HeldSocket = {readonly number: number; readonly release: () => Promise<void>};

/**
 * Locks a private folder until this process releases the lock or ends; undefined if it is held. The lock works across
 * containers that share the folder, and users without access to the folder cannot take it.
 *
 * The holder listens on a socket `lock.N` in the folder. If nothing listens on the highest `lock.N`, its holder died, and a
 * process takes `lock.N+1` with a hard link, which only one process can make. The highest number is never removed: a slow
 * process that takes a number which was used before then finds a higher one and backs off.
 */
export async function holdSocket(directory: string): Promise<HeldSocket | undefined> {
	const {at, close} = openFolder(directory);
	const own = `lock.${randomBytes(6).toString('hex')}.tmp`;
	const server = createServer(connection => connection.destroy());
	try {
		await listen(server, at(own));
		chmodSync(at(own), privateFileMode);
		const number = await take(directory, at, own);
		if (number === undefined) {
			await end(server);
			return undefined;
		}
		return {
			number,
			async release() {
				keepNumber(directory, `lock.${number}`);
				await end(server);
			},
		};
	} catch (error) {
		await end(server);
		// The holder removes temporary files that killed processes left, and may take ours for one.
		if (codeOf(error) === 'ENOENT' && existsSync(directory)) return undefined;
		throw error;
	} finally {
		unlinkIfThere(at(own));
		close();
	}
}

/**
 * The number of the lock's last holder, who has released it; 0 if there was none. Undefined while it is held, or after its
 * holder died. A process that then gets the next number knows that no other one held the lock in between.
 */
export function lastReleased(directory: string): number | undefined {
	try {
		const highest = highestIn(directory);
		// A release replaces the socket with a plain file, after everything else.
		return highest === 0 || lstatSync(join(directory, `lock.${highest}`)).isFile() ? highest : undefined;
	} catch (error) {
		return codeOf(error) === 'ENOENT' ? 0 : undefined;
	}
}

/** Keeps the number in a plain file, because not every tool can copy a folder with a socket in it. Best effort. */
function keepNumber(directory: string, name: string): void {
	const file = join(directory, `lock.${randomBytes(6).toString('hex')}.tmp`);
	try {
		closeSync(createPrivateFile(file));
		renameSync(file, join(directory, name));
	} catch {
		unlinkIfThere(file);
	}
}

/** Paths in a folder, short enough for a socket however deep the folder is. */
function openFolder(directory: string): {at: (name: string) => string; close: () => void} {
	const name = `lock.${'0'.repeat(15)}.tmp`;
	if (Buffer.byteLength(join(directory, name)) <= longestPath)
		return {at: file => join(directory, file), close: () => undefined};
	const descriptor = openSync(directory, 'r');
	return {at: file => `/proc/self/fd/${descriptor}/${file}`, close: () => closeSync(descriptor)};
}

/** Makes the socket the lock and returns its number; undefined if the lock is held. */
async function take(directory: string, at: (name: string) => string, own: string): Promise<number | undefined> {
	for (;;) {
		const highest = highestIn(directory);
		if (highest > 0 && (await isHeld(at(`lock.${highest}`)))) return undefined;
		const number = highest + 1;
		try {
			linkSync(at(own), at(`lock.${number}`));
		} catch (error) {
			if (codeOf(error) === 'EEXIST') continue;
			throw error;
		}
		// Listed twice, because a listing may miss a name that is being replaced.
		if (Math.max(highestIn(directory), highestIn(directory)) > number) {
			unlinkIfThere(at(`lock.${number}`));
			continue;
		}
		for (const other of numbersIn(directory)) if (other < number) unlinkIfThere(at(`lock.${other}`));
		return number;
	}
}

const numbersIn = (directory: string): number[] =>
	readdirSync(directory).flatMap(name => (isLockName(name) ? Number(lockName.exec(name)![1]) : []));

const highestIn = (directory: string): number => Math.max(0, ...numbersIn(directory));

/** Whether a process listens on the socket; true if in doubt. */
function isHeld(path: string): Promise<boolean> {
	return new Promise(resolve => {
		const connection = createConnection(path);
		connection.once('connect', () => {
			connection.destroy();
			resolve(true);
		});
		connection.once('error', error => {
			const code = codeOf(error);
			resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT' && code !== 'ENOTSOCK');
		});
	});
}

function listen(server: Server, path: string): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(path, resolve);
		server.unref();
	});
}

const end = (server: Server): Promise<void> => new Promise(resolve => server.close(() => resolve()));

function unlinkIfThere(path: string): void {
	try {
		unlinkSync(path);
	} catch (error) {
		if (codeOf(error) !== 'ENOENT') throw error;
	}
}
