import {createServer, type IncomingHttpHeaders} from 'node:http';
import type {AddressInfo} from 'node:net';
import {onTestFinished} from 'vitest';

export type Received = {readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string};

/** What a receiver answers: a status, `hang` for nothing, or `cut` for a closed connection. */
type Answer = number | 'hang' | 'cut';

/** A server that keeps what it gets, and answers as it is told; closed after the test. */
export async function openReceiver(answer: () => Answer = () => 200) {
	const received: Received[] = [];
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		received.push({path: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString()});
		const status = answer();
		if (status === 'cut') request.socket.destroy();
		else if (status !== 'hang')
			response.writeHead(status, status === 302 ? {Location: '/elsewhere'} : {}).end('thank you');
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const close = () =>
		new Promise<void>(resolve => {
			server.closeAllConnections();
			server.close(() => resolve());
		});
	onTestFinished(close);
	const {port} = server.address() as AddressInfo;
	return {received, close, url: `http://127.0.0.1:${port}/hook/token-4711?key=abc`};
}
