import {renderPage} from './page.js';
import {send, serve} from './serve.js';

const {API_URL: apiUrl = 'http://api:3000'} = process.env;

serve(async (request, response) => {
	const [path] = request.url.split('?');
	switch (path) {
		case '/':
			return answerPage(response);
		case '/healthz':
			return send(response, 200, 'text/plain', 'ok\n');
		default:
			return send(response, 404, 'text/plain', 'not found\n');
	}
});

// Services of one environment reach each other by name; the browser uses the route instead.
async function answerPage(response) {
	try {
		const answer = await fetch(`${apiUrl}/notes`, {signal: AbortSignal.timeout(2000)});
		if (!answer.ok) throw new Error(`the api answered ${answer.status}`);
		send(response, 200, 'text/html', renderPage(await answer.json()));
	} catch (error) {
		console.error(`notes: ${error.cause?.message ?? error.message}`);
		send(response, 503, 'text/plain', 'The notes cannot be read just now. Please try again in a moment.\n');
	}
}
