// Fetches a page through the router and prints its address, its status and the lines that prove it:
// node scripts/show-page.js internal-tools / '<li>'
import {request} from 'node:http';

const [, , project, path, proof] = process.argv;
const port = 9080;
const host = `${project}.localhost:${port}`;
const patience = 5000;

/** Not every resolver knows names below localhost, so this connects to the address and sends the name as Host. */
function fetchPage() {
	return new Promise((resolve, reject) => {
		const question = request({host: '127.0.0.1', port, path, headers: {host}, timeout: 2000}, async response => {
			let body = '';
			for await (const chunk of response.setEncoding('utf8')) body += chunk;
			resolve({status: response.statusCode, body});
		});
		question.on('timeout', () => question.destroy(new Error('no answer within 2 seconds')));
		question.on('error', reject);
		question.end();
	});
}

function findProof(body) {
	return body
		.split('\n')
		.filter(line => line.includes(proof))
		.map(line => line.replace(/<[^>]*>/g, '').trim());
}

async function fetchPatiently() {
	const deadline = Date.now() + patience;
	for (;;) {
		const answer = await fetchPage().catch(error => ({status: error.message, body: ''}));
		if (answer.status === 200 || Date.now() > deadline) return answer;
		await new Promise(resolve => setTimeout(resolve, 250));
	}
}

const {status, body} = await fetchPatiently();
const lines = findProof(body);
console.log(`http://${host}${path}  ${status}`);
for (const line of lines.slice(0, 3)) console.log(`  ${line}`);
if (status !== 200 || lines.length === 0) {
	console.error(status === 200 ? `  the page does not show ${proof}` : '  expected 200');
	process.exitCode = 1;
}
