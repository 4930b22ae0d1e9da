import {describe, expect, it} from 'vitest';
import {importText, refusalOf} from './support.ts';

const web = 'services: {web: {image: a, ports: [80]}}\n';

const laughs = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
for (const [index, name] of [...'bcdefgh'].entries()) {
	const last = 'abcdefgh'[index];
	laughs.push(`${name}: &${name} [${Array(10).fill(`*${last}`).join(', ')}]`);
}

const within = (milliseconds: number, work: () => unknown): unknown => {
	const begun = performance.now();
	const result = work();
	expect(performance.now() - begun).toBeLessThan(milliseconds);
	return result;
};

describe('refused with its place:', () => {
	it.each<[string, string, Record<string, string>, string]>([
		['a billion laughs', laughs.join('\n'), {}, 'compose.yaml:1:1'],
		['an anchor that contains itself', 'services: &a {web: *a}', {}, 'compose.yaml:1:20'],
		[
			'merge keys that expand without end',
			`x: &x {${Array.from({length: 2000}, (_, i) => `k${i}: 1`).join(', ')}}\nservices: {web: {image: a, l: [${Array(40).fill('*x').join(', ')}]}}`,
			{},
			'compose.yaml:1:1',
		],
		[
			'a megabyte of keys',
			`${web}${Array.from({length: 80_000}, (_, index) => `k${index}: 1`).join('\n')}`,
			{},
			'compose.yaml:1:1',
		],
		[
			'a megabyte of services',
			`services: {${Array.from({length: 60_000}, (_, index) => `s${index}: {}`).join(', ')}}`,
			{},
			'compose.yaml:1:1',
		],
		['ten thousand levels', `services: {web: ${'['.repeat(10_000)}${']'.repeat(10_000)}}`, {}, 'compose.yaml:1:'],
		['a merge of a text', 'services: {web: {<<: no}}', {}, 'compose.yaml:1:22'],
		['__proto__', 'services: {__proto__: {image: a}}', {}, 'compose.yaml:1:12'],
		['control characters', 'services: {web: {image: "a\u001b[2J"}}', {}, 'compose.yaml:1:27'],
		['services that extend each other', 'services: {a: {extends: b}, b: {extends: a}}', {}, 'compose.yaml:1:'],
		['a service that extends a missing one', 'services: {a: {extends: b}}', {}, 'compose.yaml:1:25'],
		[
			'files that extend each other',
			'services: {a: {extends: {file: b.yaml, service: b}}}',
			{'b.yaml': 'services: {b: {extends: {file: compose.yaml, service: a}}}'},
			'compose.yaml:1:16',
		],
		[
			'files that include each other',
			`include: [b.yaml]\n${web}`,
			{'b.yaml': 'include: [compose.yaml]'},
			'b.yaml:1:11',
		],
		['a file that includes itself', `include: [compose.yaml]\n${web}`, {}, 'compose.yaml:1:11'],
		['an include of /etc', `include: [/etc/passwd]\n${web}`, {}, 'compose.yaml:1:11'],
		['an include above the folder', `include: [../../etc/passwd]\n${web}`, {}, 'compose.yaml:1:11'],
		['an include that is not there', `include: [gone.yaml]\n${web}`, {}, 'compose.yaml:1:11'],
		['an env_file above the folder', 'services: {web: {image: a, env_file: ../x}}', {}, 'compose.yaml:1:38'],
		['a binary file', '\0\u0001\u0002', {}, 'compose.yaml:1:1'],
		['an open ${', 'services: {web: {image: "${A"}}', {}, 'compose.yaml:1:25'],
		[
			'defaults that nest without end',
			`services: {web: {image: "${'${A:-'.repeat(40)}${'}'.repeat(40)}"}}`,
			{},
			'compose.yaml:1:25',
		],
		['a list of services of names', 'services: [web]', {}, 'compose.yaml:1:'],
		['services that are a text', 'services: web', {}, 'compose.yaml:1:11'],
		['an empty service', 'services: {web: }', {}, 'compose.yaml:1:12'],
		['only networks', 'networks: {a: {}}', {}, 'compose.yaml:1:1'],
	])('%s', {timeout: 20_000}, (_, text, files, place) => {
		// A busy machine takes longer than the second or two of a whole megabyte; what grows with the square takes minutes.
		expect(within(12_000, () => refusalOf(text, files))).toContain(place);
	});

	it('more files than a project has', () => {
		const files = Object.fromEntries(Array.from({length: 60}, (_, i) => [`f${i}.yaml`, `include: [f${i + 1}.yaml]`]));
		expect(refusalOf(`include: [f0.yaml]\n${web}`, files)).toContain('needs more than 50 files');
	});
});

describe('imported all the same:', () => {
	it('huge numbers and strange values', () => {
		const {descriptor} = importText(
			'services: {web: {image: a, ports: [99999999999999999999, "80:80", {target: -1}], environment: {BIG: 123456789012345678901234567890, EXP: 1e999, HEX: 0x1F, FLOAT: 1.10}, mem_limit: 9e99, cpus: .inf, pids_limit: -1}}',
		);
		expect(descriptor['services']).toEqual({
			web: {
				...{image: 'a', accessMode: 'public', port: 80},
				env: {BIG: '123456789012345678901234567890', EXP: '1e999', HEX: '0x1F', FLOAT: '1.10'},
			},
		});
	});

	it('variables that expand each other stay bounded', () => {
		const env = Array.from({length: 40}, (_, i) => `V${i + 1}=$V${i}$V${i}`).join('\n');
		const work = () =>
			importText('services: {web: {image: a, environment: {X: "$V40"}}}', {'.env': `V0=xxxx\n${env}\n`});
		expect(within(4000, work)).toMatchObject({format: 'Compose'});
	});

	it('ten thousand variables within a second', {timeout: 20_000}, () => {
		const lines = Array.from({length: 10_000}, (_, i) => `      K${i}: "\${U${i}}"`).join('\n');
		const text = `services:\n  web:\n    image: a\n    environment:\n${lines}\n  db: {image: postgres}\n`;
		// A busy machine takes longer; what grows with the square would take minutes.
		const {tally} = within(8000, () => importText(text)) as ReturnType<typeof importText>;
		expect(tally.carried).toBe(10_002);
	});
});

it('a refusal does not show a line that may hold a secret', () => {
	const refusal = refusalOf('services:\n  web:\n    image: a\n    environment:\n      DB_PASSWORD: "hunter2${"\n');
	expect(refusal).toContain('compose.yaml:5:20 services.web.environment.DB_PASSWORD');
	expect(refusal).not.toContain('hunter2');
});
