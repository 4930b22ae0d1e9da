import {stringify} from 'yaml';

/**
 * The server that every service of a sandbox runs. version.txt has its version and, as a second word, how it
 * misbehaves: `unready` answers 503 to the readiness probe, `late` does so for four seconds, `crash` ends with exit code 7, `done` with 0, `local` listens
 * where only its own container reaches it. `/sicken` makes it answer 503 to the probe from then on, `/die` ends it with exit
 * code 3. The header `x-echo` returns the received request.
 */
const server = `
import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
const [name, behaviour] = readFileSync(new URL('version.txt', import.meta.url), 'utf8').trim().split(' ');
const {PORT, STORE, COMPARTMENT_SERVICE_NAME: service} = process.env;
console.log('starting ' + service + ' ' + name);
if (behaviour === 'crash') {
	for (let line = 1; line <= 30; line++) console.log('line ' + line);
	console.log('no table named invoices');
	process.exit(7);
}
if (behaviour === 'done') process.exit();
let isSick = behaviour === 'unready' || behaviour === 'late';
if (behaviour === 'late') setTimeout(() => (isSick = false), 4000);
const server = createServer(async (request, response) => {
	const {method, url, headers} = request;
	if (url === '/die') process.exit(3);
	if (url === '/sicken') isSick = true;
	const answer = (status, body) => {
		response.writeHead(status, {'x-echo': encodeURIComponent(JSON.stringify({name, method, url, headers}))});
		response.end(body);
	};
	// A kept connection would be cut off when the previous deployment of a sibling stops, as with any other program.
	const pass = async target => answer(200, await (await fetch(target, {headers: {connection: 'close'}})).text());
	try {
		if (url === '/healthz') return isSick ? answer(503, 'not yet') : answer(200, 'ok');
		if (url === '/slow') return setTimeout(answer, 1500, 200, service + ' ' + name);
		if (url === '/store') return await pass('http://' + STORE);
		if (url.startsWith('/sibling/')) return await pass('http://' + url.slice('/sibling/'.length) + ':3000/');
	} catch (error) {
		return answer(502, String(error.cause ?? error));
	}
	answer(200, service + ' ' + name);
});
server.listen(Number(PORT), behaviour === 'local' ? '127.0.0.1' : '::', () => console.log('listening on ' + PORT));
process.once('SIGTERM', () => {
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
export const serviceFiles = (name: string, version: string): Record<string, string> => ({
	[`services/${name}/Dockerfile`]: dockerfile,
	[`services/${name}/server.mjs`]: server,
	[`services/${name}/version.txt`]: `${version}\n`,
});

/** A public service of compartment.yml. */
export const publicService = (name: string, changes: Readonly<Record<string, unknown>> = {}) => ({
	path: `./services/${name}`,
	accessMode: 'public',
	readiness: {type: 'http', path: '/healthz', timeoutMs: 20_000},
	...changes,
});

const storeProgram = `
const {appendFileSync, readFileSync} = require('node:fs');
appendFileSync('/data/starts', process.env.GREETING + '\\n');
console.log('store ' + process.env.GREETING);
const server = require('node:http').createServer((_, response) => response.end(readFileSync('/data/starts', 'utf8')));
server.listen(7000);
process.once('SIGTERM', () => process.exit());
`;

/** A resource that appends its greeting to a file in its volume at every start, and answers with the file. */
export const storeResource = (greeting: string, changes: Readonly<Record<string, unknown>> = {}) => ({
	image: 'node:24-slim',
	command: ['node', '-e', storeProgram],
	env: {GREETING: greeting},
	ports: [7000],
	readiness: {type: 'tcp', port: 7000, timeoutMs: 8000},
	volumes: {data: '/data'},
	outputs: {address: {sensitive: false, value: '${resource.host}:7000'}},
	...changes,
});

/** Connects a service to that resource. */
export const storeConnection = {connections: {store: {env: {STORE: 'address'}}}} as const;

export const yaml = (document: unknown): string => stringify(document);
