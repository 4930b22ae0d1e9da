import {renderPage} from './page.js';
import {send, serve} from './serve.js';

const {COMPARTMENT_ENVIRONMENT_NAME: environment = 'none', COMPARTMENT_DEPLOYMENT_ID: deployment = 'none'} =
	process.env;

serve((request, response) => {
	const [path] = request.url.split('?');
	switch (path) {
		case '/':
			return send(response, 200, 'text/html', renderPage({environment, deployment}));
		case '/healthz':
			return send(response, 200, 'text/plain', 'ok\n');
		default:
			return send(response, 404, 'text/plain', 'not found\n');
	}
});
