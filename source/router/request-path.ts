/** A leading slash, and nothing that could end the request line or the path in it: a space, a line break, a fragment. */
export const toRequestPath = (path: string): string =>
	(path.startsWith('/') ? path : `/${path}`).replace(/[^\x21-\x7e]|#/gu, character =>
		[...new TextEncoder().encode(character)]
			.map(byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
			.join(''),
	);
