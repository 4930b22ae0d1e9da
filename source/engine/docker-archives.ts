import {Readable} from 'node:stream';
import {type Connection, openStream} from './docker-connection.ts';
import {shown} from './docker-errors.ts';
import type {Engine} from './engine.ts';

/** Folders of containers as archives, never whole in memory. */
export const createArchives = (connection: Connection): Pick<Engine, 'readArchive' | 'writeArchive'> => ({
	async *readArchive(id, folder, signal, {hasName = false} = {}) {
		const task = `read ${folder} of container ${shown(id)}`;
		const path = `/containers/${id}/archive`;
		const query = {path: hasName ? folder : `${folder}/.`};
		const open = () => openStream(connection, {method: 'GET', path, query, signal});
		const answer = await connection.attempt(task, open, {signal});
		const pieces = (answer as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
		try {
			for (;;) {
				// A cut answer must not look like fewer files.
				const next = await connection.attempt(task, () => pieces.next(), {signal});
				if (next.done) return;
				yield next.value;
			}
		} finally {
			answer.destroy();
		}
	},

	async writeArchive(id, folder, archive, signal) {
		const task = `write ${folder} of container ${shown(id)}`;
		let failure: {readonly error: unknown} | undefined;
		async function* noted() {
			try {
				yield* archive;
			} catch (error) {
				failure = {error};
				throw error;
			}
		}
		const body = Readable.from(noted(), {objectMode: false});
		const put = async () => {
			const request = {method: 'PUT', path: `/containers/${id}/archive`, query: {path: folder}, archive: body} as const;
			for await (const _ of await openStream(connection, {...request, signal}));
		};
		try {
			await connection.attempt(task, put, {signal});
		} catch (error) {
			throw failure && !signal?.aborted ? failure.error : error;
		} finally {
			body.destroy();
		}
	},
});
