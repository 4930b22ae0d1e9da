import {createServer} from 'node:http';
import {notes} from '@workspace/notes';

const port = Number(process.env.PORT ?? 3000);

const answer = path => {
	if (path === '/notes') return {status: 200, body: notes};
	if (path === '/healthz') return {status: 200, body: {ok: true}};
	return {status: 404, body: {error: 'not found'}};
};

const server = createServer((request, response) => {
	const {status, body} = answer(request.url.split('?')[0]);
	response.writeHead(status, {'content-type': 'application/json'});
	response.end(`${JSON.stringify(body)}\n`);
});

server.listen(port, () => console.log(`api listens on port ${port}`));
process.once('SIGTERM', () => server.close(() => process.exit()));
