import {type Connection, openStream} from './docker-connection.ts';
import {shown} from './docker-errors.ts';
import type {ReadonlyEngine} from './engine.ts';

/** Reads files out of containers with one request, as an archive; a command in the container would take three. */
export const createFileReads = (connection: Connection): Pick<ReadonlyEngine, 'readFiles'> => ({
	readFiles: (id, folder) =>
		connection.attempt(
			`read files of container ${shown(id)}`,
			async () => {
				const request = {method: 'GET', path: `/containers/${id}/archive`, query: {path: `${folder}/.`}} as const;
				const [answer, {extract}] = await Promise.all([openStream(connection, request), import('tar-stream')]);
				const archive = extract();
				// A cut answer must not look like fewer files.
				answer.once('error', error => archive.destroy(error));
				answer.once('aborted', () => archive.destroy(Object.assign(new Error('aborted'), {code: 'ECONNRESET'})));
				answer.pipe(archive);
				const files = new Map<string, Buffer>();
				for await (const entry of archive) {
					const name = entry.header.name.replace(/^\.\//, '');
					const chunks: Buffer[] = [];
					for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
					if (entry.header.type === 'file' && !name.includes('/')) files.set(name, Buffer.concat(chunks));
				}
				return files;
			},
			{fine: [404]},
		),
});
