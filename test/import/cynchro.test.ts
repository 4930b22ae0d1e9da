import {describe, expect, it} from 'vitest';
import {importText, refusalOf} from './support.ts';

const shop = {
	name: 'shop',
	services: [
		{name: 'web', image: 'acme/storefront:1.0', port: 8080, public: true, env: {REDIS_URL: 'redis://cache:6379'}},
		{name: 'cache', image: 'redis:7-alpine', port: 6379, public: false},
	],
};

describe('a Cynchro app', () => {
	it.each([
		['JSON', JSON.stringify(shop)],
		['JSON with tabs', JSON.stringify(shop, null, '\t')],
		[
			'YAML',
			'name: shop\nservices:\n  - {name: web, image: acme/storefront:1.0, port: 8080, public: true, env: {REDIS_URL: "redis://cache:6379"}}\n  - {name: cache, image: redis:7-alpine, port: 6379, public: false}\n',
		],
	])('as %s keeps its services, which reach each other by name', (_, text) => {
		const {descriptor, variables, tally} = importText(text);
		expect(descriptor).toEqual({
			name: 'shop',
			services: {
				web: {image: 'acme/storefront:1.0', accessMode: 'public', port: 8080},
				cache: {image: 'redis:7-alpine', kind: 'api', port: 6379},
			},
		});
		expect(variables).toEqual([
			{name: 'REDIS_URL', target: 'service', of: 'web', isSensitive: true, value: 'redis://cache:6379'},
		]);
		expect(tally).toEqual({carried: 10, listed: 0});
	});

	it('listens on port 80 unless it says otherwise, and is a worker on port 0', () => {
		const {descriptor} = importText('services: [{name: a, image: b, public: true}, {name: c, image: d, port: 0}]');
		expect(descriptor['services']).toEqual({
			a: {image: 'b', accessMode: 'public', port: 80},
			c: {image: 'd', kind: 'worker'},
		});
	});

	it.each([
		['services: []', 'Provide a services array (at least one).'],
		['services: [{name: a, image: b}]', 'Exactly one service must be public: true, but none is.'],
		[
			'services: [{name: a, image: b, public: true}, {name: c, image: d, public: true}]',
			'Exactly one service must be public: true, but a, c are.',
		],
		['services: [{name: a, public: true}]', 'needs an image, or the app a repo to build from'],
		['services: [{name: A b, image: c, public: true}]', 'needs a name'],
		['services: [{name: a, image: c, public: true, port: 99999}]', 'must be a port'],
		['services: [{name: a, image: c, public: true}, {name: a, image: d}]', 'is the name of two services'],
		['repo: "ext::sh -c id"\nservices: [{name: a, public: true}]', 'must be the address of a git repository'],
		['repo: --upload-pack=id\nservices: [{name: a, public: true}]', 'must be the address of a git repository'],
		['repo: https://u:pw9@h/r\nservices: [{name: a, public: true}]', 'holds a password'],
		['repo: http://h/r\nrepoToken: t\nservices: [{name: a, public: true}]', 'is only for an https repository'],
		['repo: https://h/r\nbranch: --x\nservices: [{name: a, public: true}]', 'must be the name of a branch'],
		['repo: https://h/r\nservices: [{name: a, public: true, context: ../x}]', 'must be a path inside the repository'],
	])('such as %s is refused with its place', (text, message) => {
		const refusal = refusalOf(text);
		expect(refusal).toMatch(/^compose\.yaml:\d+:\d+ /);
		expect(refusal).toContain(message);
		expect(refusal).not.toContain('pw9');
	});
});
