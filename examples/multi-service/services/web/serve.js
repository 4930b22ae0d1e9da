import {createServer} from 'node:http';

/** Answers requests until a stop signal comes, with one log line for each of them. */
export function serve(answer) {
	const port = Number(process.env.PORT ?? 3000);

	const server = createServer(async (request, response) => {
		const start = performance.now();
		response.on('finish', () => {
			const milliseconds = Math.round(performance.now() - start);
			console.log(`${request.method} ${request.url} ${response.statusCode} ${milliseconds}ms`);
		});
		try {
			await answer(request, response);
		} catch (error) {
			console.error(error.message);
			send(response, 500, 'text/plain', 'Something went wrong here.\n');
		}
	});

	server.listen(port, () => console.log(`listening on port ${port}`));

	// Requests that are under way get their answer; only then does the process end.
	for (const signal of ['SIGTERM', 'SIGINT']) {
		process.once(signal, () => {
			console.log(`${signal}: finishing open requests`);
			server.close(() => process.exit());
			server.closeIdleConnections();
		});
	}
}

export function send(response, status, type, body) {
	response.writeHead(status, {'content-type': `${type}; charset=utf-8`});
	response.end(body);
}
