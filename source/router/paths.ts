/**
 * Which request paths are ambiguous (docs/rules.md, "Ambiguous paths"). The texts are read by JavaScript here and by
 * the router's PCRE there, so they keep to what both understand alike. A path must begin with a slash, and none of
 * these may be found in it. The raw path is looked at, never a decoded or cleaned one.
 */
export const ambiguousPatterns: readonly string[] = [
	// Anything that is not a path character of a URI, or that servers read in different ways (`;`).
	'[^A-Za-z0-9._~!$&\\x27()*+,=:@/%-]',
	// A percent sign that encodes nothing.
	'%(?![0-9A-Fa-f][0-9A-Fa-f])',
	// Dot segments and empty segments.
	'(?:^|/)\\.\\.?(?:/|$)',
	'//',
	// An encoded slash, backslash, dot, semicolon, percent or control, and letters, digits and `-_~` that need no encoding.
	'%(?:[01]|25|2[DEFdef]|3[0-9Bb]|4[1-9A-Fa-f]|5[0-9ACFacf]|6[1-9A-Fa-f]|7[0-9AEFaef])',
];

const expressions = ambiguousPatterns.map(pattern => new RegExp(pattern));

/** Whether the router refuses this path (without its query) before any rule is looked at. */
export const isAmbiguousPath = (path: string): boolean =>
	!path.startsWith('/') || expressions.some(expression => expression.test(path));

/** Whether a path of a rule is made of characters that a request path can have. */
export const isWritablePath = (path: string): boolean => /^\/[A-Za-z0-9._~!$&'()*+,=:@/%-]*$/.test(path);
