/**
 * The server for tests of a deployment's lifecycle. version.txt has its version and, in further words, how it
 * behaves: `unready` never answers the probe with 2xx, `late=900` only after so many milliseconds, `dies=900` ends with
 * exit code 9 that long after its start. It answers `<service> <version>`, `/env` with its variables, `/slow` after
 * 1.5 s, and `/sibling/<name>/<path>` with what that service answers.
 */
const server = `
import {readFileSync} from 'node:fs';
import {createServer, request as openRequest} from 'node:http';
const [name, ...words] = readFileSync(new URL('version.txt', import.meta.url), 'utf8').trim().split(' ');
const behaviour = Object.fromEntries(words.map(word => word.split('=')));
const startedAt = Date.now();
const {PORT, COMPARTMENT_SERVICE_NAME: service} = process.env;
console.log('starting ' + service + ' ' + name);
const isReady = () => !('unready' in behaviour) && Date.now() - startedAt >= Number(behaviour.late ?? 0);
if (behaviour.dies)
	setTimeout(() => {
		console.error('lost the connection to the queue');
		process.exit(9);
	}, Number(behaviour.dies));
let wasReady = false;
const server = createServer(async (request, response) => {
	const {method, url, headers} = request;
	const answer = (status, body) => {
		response.writeHead(status, {'x-echo': encodeURIComponent(JSON.stringify({name, method, url, headers}))});
		response.end(body);
	};
	if (url === '/healthz') {
		if (isReady() && !wasReady) console.log('ready at ' + Date.now());
		wasReady = isReady();
		return wasReady ? answer(200, 'ok') : answer(503, 'not yet');
	}
	if (!isReady()) return answer(500, 'asked before it was ready');
	if (url === '/slow') return setTimeout(answer, 1500, 200, service + ' ' + name);
	if (url === '/env') return answer(200, JSON.stringify(process.env));
	if (url.startsWith('/sibling/')) {
		const [, , host, path = ''] = url.split('/');
		const sibling = openRequest({host, port: 3000, path: '/' + path, agent: false}, async told => {
			let text = '';
			for await (const chunk of told) text += chunk;
			answer(told.statusCode, text);
		});
		return sibling.on('error', error => answer(502, String(error))).end();
	}
	request.resume().on('end', () => answer(200, service + ' ' + name));
});
if (PORT !== 'none') server.listen(Number(PORT), () => console.log('listening on ' + PORT));
process.once('SIGTERM', () => {
	console.log('stopping ' + name);
	server.close(() => process.exit());
	server.closeIdleConnections();
});
`;

const dockerfile = `FROM node:24-slim
WORKDIR /app
COPY . .
CMD ["node", "server.mjs"]
`;

/** Source files of one service. */
export const lifeFiles = (name: string, version: string): Record<string, string> => ({
	[`services/${name}/Dockerfile`]: dockerfile,
	[`services/${name}/server.mjs`]: server,
	[`services/${name}/version.txt`]: `${version}\n`,
});
