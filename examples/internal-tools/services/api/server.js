import {isForm, readBody} from './body.js';
import {addNote, checkDatabase, listNotes, prepareNotes} from './notes.js';
import {send, serve} from './serve.js';

try {
	await prepareNotes();
} catch (error) {
	console.error(`database: ${error.message}`);
	process.exit(1);
}

serve(async (request, response) => {
	const [path] = request.url.split('?');
	switch (`${request.method} ${path}`) {
		// Ready means that notes can be read, not only that the port is open.
		case 'GET /ready':
			await checkDatabase();
			return send(response, 200, 'text/plain', 'ok\n');

		case 'GET /notes':
			return send(response, 200, 'application/json', JSON.stringify(await listNotes()));

		case 'POST /notes':
			return writeNote(request, response);

		default:
			return send(response, 404, 'text/plain', 'not found\n');
	}
});

async function writeNote(request, response) {
	const {author, text} = (await readBody(request)) ?? {};
	if (!isText(author, 40) || !isText(text, 280)) {
		return send(response, 400, 'text/plain', 'A note needs an author (40 characters) and a text (280 characters).\n');
	}
	const note = await addNote({author: author.trim(), text: text.trim()});
	if (!isForm(request)) return send(response, 201, 'application/json', JSON.stringify(note));

	// A browser goes back to the page that it came from, where the note is now the first.
	response.writeHead(303, {location: '/'}).end();
}

function isText(value, maximum) {
	return typeof value === 'string' && value.trim() !== '' && value.length <= maximum;
}
