import {createServer, type Server} from 'node:http';

/** What an engine answers to a read, as JSON; undefined for what it does not have. */
export type Answer = (path: string, query: URLSearchParams) => unknown;

/** Serves Docker's API on a Unix socket. Every answer is made once, and is the same from then on. Ends with `close()`. */
export async function serveEngine(socket: string, answer: Answer): Promise<Server> {
	const known = new Map<string, string | undefined>();
	const textOf = async (url: string): Promise<string | undefined> => {
		const {pathname, searchParams} = new URL(url, 'http://engine');
		const path = pathname.replace(/^\/v\d+\.\d+(?=\/)/, '');
		return path === '/_ping' ? 'OK' : JSON.stringify(await answer(path, searchParams));
	};
	const server = createServer(async (request, response) => {
		const {url = ''} = request;
		if (!known.has(url)) known.set(url, await textOf(url));
		const text = known.get(url);
		response.setHeader('api-version', '1.48');
		if (text !== undefined) response.end(text);
		else response.writeHead(404).end(JSON.stringify({message: `No such object: ${url}`}));
	});
	await new Promise<void>(resolve => server.listen(socket, resolve));
	return server;
}
