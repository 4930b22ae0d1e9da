import {expect, it} from 'vitest';
import {codeFrame} from '../../source/descriptor/frame.ts';
import {formatPath} from '../../source/descriptor/problem.ts';
import {nearest} from '../../source/nearest.ts';
import {errorOf} from './support.ts';

const snapshots = '../../snapshots/descriptor';

const broken = `name: Shop
services:
  web:
    path: .
    readyness: {type: http}
    readiness:
      type: http
      timeoutMs: 900000
    build: {strategy: dokerfile, include: [/etc, 'a*']}
    env: {PORT: 3000, COMPARTMENT_X: a, 1a: b}
  api: 5
  site: {kind: static}
  nightly:
    image: a b
    limits: {memory: 1m, cpu: 0}
    schedule: {cron: '0 0 30 2 *'}
    connections: {dv: {env: {A: x}}, db: {env: {A: conection-url, B: host, C: 5}}}
resources:
  db: {preset: postgres, image: x}
  web: {}
`;

const brokenRoutes = `version: 2
routes:
  - {on: wep, path: api, to: nightli, methods: [get], rewrite: /a b, stripPrefix: /x}
  - on: web
    path: "/x'; deny"
    to: site
`;

it('the error shows every problem of both files in order', async () => {
	await expect(errorOf(broken, brokenRoutes).message).toMatchFileSnapshot(`${snapshots}/many-problems.txt`);
});

it('the error shows a syntax problem with its line', async () => {
	await expect(errorOf('name: app\nservices:\n  web: .\n api: a\n').message).toMatchFileSnapshot(
		`${snapshots}/syntax-problem.txt`,
	);
});

it('long lines are cut around the place, and control characters are hidden', async () => {
	const long = `name: app\nservices: {${Array.from({length: 40}, (_, index) => `s${index}: path/${index}`).join(', ')}, web: {port: 0, "日本\u202e": .}}\n`;
	await expect(errorOf(long).message).toMatchFileSnapshot(`${snapshots}/long-line.txt`);
});

it('the error shows a hundred problems and counts all', () => {
	const text = `name: app\nservices: {web: .}\n${Array.from({length: 150}, (_, index) => `x${index}: y\n`).join('')}`;
	const {message} = errorOf(text);
	expect(message.split('\n').slice(-2)).toEqual(['… and 50 more', '150 problems found.']);
});

it('carets line up under wide characters and tabs', () => {
	expect(codeFrame('a: "日本"\tx', {line: 1, column: 4, length: 4})).toBe('   1 | a: "日本" x\n     |    ^^^^^^');
	expect(codeFrame('日本: x', {line: 1, column: 5, length: 1})).toBe('   1 | 日本: x\n     |       ^');
});

it.each([
	[[], '(root)'],
	[['services', 'web', 'include', 0], 'services.web.include[0]'],
	[['services', 'a b'], 'services["a b"]'],
	[['services', '1a'], 'services["1a"]'],
	[['services', '\u001b[2J"'], 'services["\\u001b[2J\\""]'],
	[['services', '\u202e'], 'services["\\u202e"]'],
])('the path %j is written for people', (path, text) => {
	expect(formatPath(path)).toBe(text);
});

it.each([
	['readyness', ['readiness', 'release', 'run'], 'readiness'],
	['nmae', ['name', 'services'], 'name'],
	['GET', ['get', 'put'], 'get'],
	['base64', ['hex', 'base64url'], 'base64url'],
	['volumes', ['path', 'image', 'kind'], undefined],
	['x', ['a', 'b'], undefined],
	['a'.repeat(5000), ['a'.repeat(5000)], undefined],
])('the suggestion for %s among %j is %s', (written, candidates, meant) => {
	expect(nearest(written, candidates)).toBe(meant);
});

it.each([
	['{preset: postgres}', 'Outputs of resource db: connection-url, host, port, database'],
	['{image: x}', 'Resource db has no outputs: declare them in resources.db.outputs'],
])('an unknown output of the resource %s comes with what there is', (resource, expected) => {
	const connected = 'name: app\nservices: {web: {path: ., connections: {db: {env: {A: zzz}}}}}\n';
	expect(errorOf(`${connected}resources: {db: ${resource}}\n`).hint).toEqual([expected]);
});
