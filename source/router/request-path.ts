/** Adds a leading slash and encodes what would end the path or the request line: spaces, line breaks, a fragment. */
export const toRequestPath = (path: string): string =>
	(path.startsWith('/') ? path : `/${path}`).replace(/[^\x21-\x7e]|#/gu, character =>
		[...new TextEncoder().encode(character)]
			.map(byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
			.join(''),
	);
