import {randomBytes} from 'node:crypto';
import {chmodSync, closeSync, linkSync, openSync, readdirSync, renameSync, unlinkSync} from 'node:fs';
import {createConnection, createServer, type Server} from 'node:net';
import {join} from 'node:path';
import {codeOf, createPrivateFile, privateFileMode} from './private-file.ts';

const lockName = /^lock\.(\d{1,15})$/;

/** Whether a name is one that this lock gives: a socket while it is held, and after its holder died. */
export const isLockName = (name: string): boolean => lockName.test(name);

/** Bytes that a socket's path may have on Linux. */
const longestPath = 107;

/**
 * Takes the lock of a private folder, which goes with its holder however that ends; undefined when it is held. Whoever
 * shares the folder is kept out, in another container too, and nobody else can take it.
 *
 * The holder listens on a socket `lock.N` in the folder. A socket on which nobody listens was left by a process that
 * died: then `lock.N+1` is taken, by a hard link, which only one process can make. The highest number is never removed, so
 * that one who is slow, and takes a number that has been in use before, finds a higher one and withdraws.
 */
export async function holdSocket(directory: string): Promise<(() => Promise<void>) | undefined> {
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
		return async () => {
			keepNumber(directory, `lock.${number}`);
			await end(server);
		};
	} catch (error) {
		await end(server);
		throw error;
	} finally {
		unlinkIfThere(at(own));
		close();
	}
}

/** A plain file keeps the number: not everything can copy a folder with a socket in it. Without one the socket does. */
function keepNumber(directory: string, name: string): void {
	const file = join(directory, `lock.${randomBytes(6).toString('hex')}.tmp`);
	try {
		closeSync(createPrivateFile(file));
		renameSync(file, join(directory, name));
	} catch {
		unlinkIfThere(file);
	}
}

/** Paths in a folder that are short enough for a socket, wherever the folder is. */
function openFolder(directory: string): {at: (name: string) => string; close: () => void} {
	const name = `lock.${'0'.repeat(15)}.tmp`;
	if (Buffer.byteLength(join(directory, name)) <= longestPath)
		return {at: file => join(directory, file), close: () => undefined};
	const descriptor = openSync(directory, 'r');
	return {at: file => `/proc/self/fd/${descriptor}/${file}`, close: () => closeSync(descriptor)};
}

/** Makes the socket the lock; the number it got, or undefined when somebody holds the lock. */
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
		// Twice, because a listing may miss one that is replaced while it is made.
		if (Math.max(highestIn(directory), highestIn(directory)) > number) {
			unlinkIfThere(at(`lock.${number}`));
			continue;
		}
		for (const former of numbersIn(directory)) if (former < number) unlinkIfThere(at(`lock.${former}`));
		return number;
	}
}

const numbersIn = (directory: string): number[] =>
	readdirSync(directory).flatMap(name => (isLockName(name) ? Number(lockName.exec(name)![1]) : []));

const highestIn = (directory: string): number => Math.max(0, ...numbersIn(directory));

/** Whether somebody listens; also when only that somebody may tell. */
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
