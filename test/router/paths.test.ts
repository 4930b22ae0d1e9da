import {expect, test} from 'vitest';
import {isAmbiguousPath} from '../../source/router/paths.ts';

test.each([
	['paths without a leading slash', ['', '*', 'api', 'http://host/']],
	['dot segments', ['/.', '/..', '/api/../admin', '/api/./x', '/api/..']],
	['encoded dots', ['/api/%2e%2e/admin', '/api/%2E/x', '/a%2eb']],
	['empty segments', ['//', '//x', '/a//b', '/a//']],
	['encoded slashes and backslashes', ['/a%2fb', '/a%2Fb', '/a%5cb', '/a%5Cb', '/a\\b']],
	['encoded percent signs and control characters', ['/a%25', '/a%252e', '/a%00', '/a%0a', '/a%1F', '/a%7f', '/a%7F']],
	['needlessly encoded letters and digits', ['/%61pi', '/%41', '/%4F', '/%5A', '/%7a', '/%30', '/%2d', '/%5f', '/%7E']],
	['path parameters', ['/a;x=1', '/a%3bx', '/a%3B']],
	['broken escapes', ['/%', '/%2', '/%zz', '/a%g0']],
	[
		'characters that are not allowed in a URI',
		['/a b', '/a"b', '/<x>', '/a|b', '/ä', '/a\tb', '/a\nb', '/a#b', '/[x]', '/{x}', '/a^b', '/a`b'],
	],
])('the router rejects %s', (_, paths) => {
	expect(paths.filter(path => !isAmbiguousPath(path))).toEqual([]);
});

test('the router accepts the paths that browsers and frameworks send', () => {
	const paths = [
		'/',
		'/api',
		'/api/',
		'/.well-known/x',
		'/...',
		'/a.b',
		'/.a',
		'/a..',
		'/ok%20space',
		'/%C3%A4',
		'/a%2Cb',
		'/a%40b',
	];
	const more = ["/!$&'()*+,=:@-_~", '/_next/static/%5Bslug%5D.js', '/x%3Ay', '/a%22b', '/a%7Bb%7D'];
	expect([...paths, ...more].filter(isAmbiguousPath)).toEqual([]);
});
