import {send, serve} from './serve.js';

const {COMPARTMENT_DEPLOYMENT_ID: deployment = 'none'} = process.env;

serve((request, response) => {
	const [path] = request.url.split('?');
	switch (path) {
		case '/ready':
			return send(response, 200, 'text/plain', 'ok\n');

		// The browser asks for /api/status; the route takes /api away.
		case '/status': {
			const status = {service: 'backoffice', status: 'ok', deployment, uptimeSeconds: Math.round(process.uptime())};
			return send(response, 200, 'application/json', JSON.stringify(status));
		}

		default:
			return send(response, 404, 'text/plain', 'not found\n');
	}
});
