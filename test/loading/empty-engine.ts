import {createServer, type Server} from 'node:http';

const answers: Readonly<Record<string, unknown>> = {
	'/info': {ID: 'empty', Name: 'empty', ServerVersion: '28.0.0', OperatingSystem: 'Test', SystemTime: undefined},
	'/containers/json': [],
	'/networks': [],
	'/volumes': {Volumes: []},
};

/** Answers as an engine on which there is nothing, on a Unix socket. Ends with `close()`. */
export async function startEmptyEngine(socket: string): Promise<Server> {
	const server = createServer((request, response) => {
		const {pathname} = new URL(request.url ?? '', 'http://engine');
		const path = pathname.replace(/^\/v\d+\.\d+(?=\/)/, '');
		response.setHeader('api-version', '1.48');
		if (path === '/_ping') response.end('OK');
		else if (path in answers) response.end(JSON.stringify(answers[path]));
		else response.writeHead(404).end(JSON.stringify({message: `No such object: ${path}`}));
	});
	await new Promise<void>(resolve => server.listen(socket, resolve));
	return server;
}
