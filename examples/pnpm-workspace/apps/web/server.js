import {readFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {summary} from '@workspace/notes';

const port = Number(process.env.PORT ?? 3000);
const index = await readFile(new URL('dist/index.html', import.meta.url), 'utf8');

const server = createServer((request, response) => {
	const {pathname} = new URL(request.url, 'http://localhost');
	const isPage = pathname === '/';
	const status = isPage || pathname === '/healthz' ? 200 : 404;
	response.writeHead(status, {'content-type': `text/${isPage ? 'html' : 'plain'}; charset=utf-8`});
	response.end(isPage ? index.replace('{{summary}}', summary()) : `${status === 200 ? 'ok' : 'not found'}\n`);
});

server.listen(port, () => console.log(`web listens on port ${port}`));
process.once('SIGTERM', () => server.close(() => process.exit()));
