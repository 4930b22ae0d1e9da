/**
 * Patterns of ambiguous request paths (docs/rules.md, "Ambiguous paths"). They are used by JavaScript and by HAProxy's
 * PCRE, so their syntax means the same in both. A path must start with a slash and match none of them. They apply to the
 * raw path, never to a decoded or normalised one.
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
