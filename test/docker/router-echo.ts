/**
 * A small server, run with `node -e` in a container. It returns what it received in the header `x-echo`, because some
 * responses have no body. PORTS: port → name, as JSON.
 */
export const echoSource = `
const {createHash} = require('node:crypto');
const {createServer} = require('node:http');
const born = Date.now();
let asked = 0;
for (const [port, name] of Object.entries(JSON.parse(process.env.PORTS))) {
	const server = createServer((request, response) => {
		const {method, url, headers} = request;
		const path = new URL(url, 'http://x').pathname;
		const answer = (status, more = {}) => {
			response.writeHead(status, {'x-echo': encodeURIComponent(JSON.stringify({name, method, url, headers})), ...more});
			response.end(name);
		};
		if (path === '/slow') return void setTimeout(answer, Number(new URL(url, 'http://x').searchParams.get('ms')), 200);
		if (path === '/redirect') return void answer(302, {location: '/fine'});
		if (path === '/to') return void answer(302, {location: new URL(url, 'http://x').searchParams.get('url')});
		if (path === '/says') {
			response.writeHead(503);
			return void response.end(new URL(url, 'http://x').searchParams.get('text'));
		}
		if (path === '/count') return void response.end(String(++asked));
		if (path === '/late') return void answer(Date.now() - born > Number(new URL(url, 'http://x').searchParams.get('ms')) ? 204 : 503);
		if (path === '/events') {
			response.writeHead(200, {'content-type': 'text/event-stream'});
			response.write('data: first\\n\\n');
			return void setTimeout(() => response.end('data: last\\n\\n'), 700);
		}
		answer(200);
	});
	server.on('upgrade', (request, socket) => {
		const accept = createHash('sha1')
			.update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11')
			.digest('base64');
		socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n');
		const {method, url, headers} = request;
		socket.write('x-echo: ' + encodeURIComponent(JSON.stringify({name, method, url, headers})) + '\\r\\n');
		socket.write('Sec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n');
		socket.on('data', data => socket.write(name + ':' + data)).on('error', () => {}).on('end', () => socket.end());
	});
	server.listen(Number(port));
}
`;

/** The request that a service received. */
export type Echo = {
	readonly name: string;
	readonly method: string;
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
};
