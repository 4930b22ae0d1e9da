import {describe, expect, it} from 'vitest';
import {importText, refusalOf} from './support.ts';

const base = `services:
  web:
    image: example/web:1
    ports: ["80:8080"]
    command: [serve, --slow]
    environment: {LEVEL: info, REGION: eu}
    volumes: ["data:/data", "cache:/cache"]
  worker: {image: example/worker, environment: [QUEUE=slow]}
volumes: {data: {}, cache: {}, fast: {}}
`;

const over = `services:
  web:
    image: example/web:2
    command: [serve]
    environment: [LEVEL=debug]
    volumes: ["fast:/cache"]
  worker: {environment: {QUEUE: fast, SIZE: 3}}
  extra: {image: example/extra}
`;

const merged = {
	web: {
		image: 'example/web:2',
		accessMode: 'public',
		port: 8080,
		env: {LEVEL: 'debug', REGION: 'eu'},
		volumes: {fast: {path: '/cache', exclusive: true}, data: {path: '/data', exclusive: true}},
		run: {command: 'serve'},
	},
	worker: {image: 'example/worker', kind: 'worker', env: {QUEUE: 'fast', SIZE: '3'}},
	extra: {image: 'example/extra', kind: 'worker'},
};

describe('a file that is merged over another one', () => {
	it.each(['compose.override.yml', 'compose.override.yaml', 'docker-compose.override.yml'])(
		'wins, and is %s unless files are named',
		name => {
			const imported = importText(base, {[name]: over});
			expect(imported.merged).toEqual([name]);
			expect(imported.descriptor['services']).toEqual(merged);
		},
	);

	it('is not looked for beside a file with another name, or when files are named', () => {
		const files = {'compose.override.yaml': over, 'more.yaml': 'services: {web: {image: example/web:3}}'};
		const named = importText(base, files, {over: ['more.yaml']});
		expect(named.merged).toEqual(['more.yaml']);
		expect(named.descriptor['services']).toMatchObject({
			web: {image: 'example/web:3', env: {LEVEL: 'info', REGION: 'eu'}},
		});
		expect(importText(base, files, {file: 'app.yaml'}).merged).toEqual([]);
	});

	it('is followed by the next one, which wins over both', () => {
		const files = {
			'b.yaml': 'services: {web: {image: b, environment: {B: 1}}}',
			'c.yaml': 'services: {web: {image: c}}',
		};
		const {descriptor} = importText(base, files, {over: ['b.yaml', 'c.yaml']});
		expect(descriptor['services']).toMatchObject({web: {image: 'c', env: {LEVEL: 'info', REGION: 'eu', B: '1'}}});
	});

	it('has its paths relative to the folder of the first one', () => {
		const {descriptor} = importText(
			'services: {web: {image: a, ports: [80]}}',
			{'deploy/prod.yaml': 'services: {api: {build: ./api, ports: [81]}}'},
			{over: ['deploy/prod.yaml']},
		);
		expect(descriptor['services']).toMatchObject({api: {path: './api'}});
	});

	it('is accounted for, key by key', () => {
		const {notes} = importText(base, {'compose.override.yaml': 'services: {web: {cap_add: [A]}}\nmodels: {a: {}}'});
		const missing = notes.filter(({kind}) => kind === 'missing').map(({path}) => path);
		expect(missing).toEqual(['services.web.cap_add', 'models.a']);
	});

	it.each([
		['what is wrong in it', 'services: {web: {image: "${A"}}', 'compose.override.yaml:1:25'],
		['a service that is a text', 'services: {web: no}', 'compose.override.yaml:1:17'],
		['a file that is a list', '[a]', 'compose.override.yaml:1:1'],
		['a tag of Compose that is not supported', 'services: {web: {ports: !reset []}}', 'compose.override.yaml:1:25'],
	])('has the place of %s', (_what, text, place) => {
		expect(refusalOf(base, {'compose.override.yaml': text})).toContain(place);
	});

	it('has to be there, and inside the folder', () => {
		expect(refusalOf(base, {}, {over: ['gone.yaml']})).toContain('gone.yaml: was not found');
		expect(refusalOf(base, {}, {over: ['../../x.yaml']})).toContain('outside of this folder and its repository');
	});

	it('is refused over a Cynchro app', () => {
		const app = 'services: [{name: a, image: b, public: true}]';
		expect(refusalOf(app, {'b.yaml': base}, {over: ['b.yaml']})).toContain('is a Cynchro app, which is one file');
	});
});
