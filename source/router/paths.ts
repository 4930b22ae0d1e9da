/**
 * Which request paths are ambiguous (docs/rules.md, "Ambiguous paths"). The texts are read by JavaScript here and by
 * the router's PCRE there, so they keep to what both understand alike. A path must begin with a slash, and none of
 * these may be found in it. The raw path is looked at, never a decoded or cleaned one.
 */
export const ambiguousPatterns: readonly string[] = [
	// Not a path character of a URI, or interpreted differently by servers (`;`).
	'[^A-Za-z0-9._~!$&\\x27()*+,=:@/%-]',
	// A percent sign without two hex digits.
	'%(?![0-9A-Fa-f][0-9A-Fa-f])',
	// Dot segments and empty segments.
	'(?:^|/)\\.\\.?(?:/|$)',
	'//',
	// An encoded slash, backslash, dot, semicolon, percent or control; letters, digits and `-_~`, which need no encoding.
	'%(?:[01]|25|2[DEFdef]|3[0-9Bb]|4[1-9A-Fa-f]|5[0-9ACFacf]|6[1-9A-Fa-f]|7[0-9AEFaef])',
];

const expressions = ambiguousPatterns.map(pattern => new RegExp(pattern));

/** Whether the router rejects this path (without its query) before it looks at any rule. */
export const isAmbiguousPath = (path: string): boolean =>
	!path.startsWith('/') || expressions.some(expression => expression.test(path));

/** Whether a rule's path has only characters that a request path can have. */
export const isWritablePath = (path: string): boolean => /^\/[A-Za-z0-9._~!$&'()*+,=:@/%-]*$/.test(path);
