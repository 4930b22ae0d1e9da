const maximumBytes = 10_000;

/** Reads a form or a JSON object; undefined when the body is neither, or too long. */
export async function readBody(request) {
	let body = '';
	for await (const chunk of request.setEncoding('utf8')) {
		body += chunk;
		if (body.length > maximumBytes) return undefined;
	}
	if (isForm(request)) return Object.fromEntries(new URLSearchParams(body));
	try {
		return JSON.parse(body);
	} catch {
		return undefined;
	}
}

export function isForm(request) {
	return request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
}
