import {expect, it} from 'vitest';
import {db, linesOf, problemsOf, read, web} from './support.ts';

it.each([
	...['environment', 'healthcheck', 'command', 'restart', 'depends_on', 'ports', 'secrets', 'secret'],
	...['networks', 'env_file', 'entrypoint', 'deploy', 'container_name', 'privileged'],
])('a service with %s gets advice on what to write instead', key => {
	const [line, ...others] = linesOf(problemsOf(web(`{path: ., ${key}: x}`)));
	expect(others).toEqual([]);
	expect(line).toMatch(new RegExp(`^services.web.${key}: unknown key "${key}": .{10,}`));
	expect(line).not.toContain('did you mean');
});

it('public: false is never answered with public access', () => {
	const advice = (value: string) => linesOf(problemsOf(web(`{path: ., public: ${value}}`)))[0];
	expect(advice('true')).toContain('write accessMode: public');
	expect(advice('false')).toContain('write kind: api');
	expect(advice('false')).not.toContain('accessMode: public');
});

it.each(['version', 'volumes', 'networks', 'secrets'])('the top-level key %s of Compose gets advice', key => {
	expect(linesOf(problemsOf(`${web('.')}${key}: {}\n`))[0]).toMatch(
		new RegExp(`^${key}: unknown key "${key}": .{10,}`),
	);
});

it.each(['environment', 'healthcheck', 'depends_on'])(
	'a resource with %s gets advice on what to write instead',
	key => {
		expect(linesOf(problemsOf(db(`{image: x, ${key}: {}}`)))[0]).toMatch(
			/^resources\.db\.\w+: unknown key "\w+": .{10,}/,
		);
	},
);

it('a value that Compose would expand gets a warning', () => {
	const text = db('{image: x, env: {PASSWORD: "${DB_PASSWORD:-x}"}}').replace(
		'{web: .}',
		"{web: {path: ., env: {KEY: '${API_KEY}', PRICE: '$5 {a}'}}}",
	);
	expect(read(text).warnings).toEqual([
		'compartment.yml:2:38 services.web.env.KEY: is not expanded: compartment.yml does not read your environment. Remove it, then use the command variable set KEY --service web --sensitive',
		'compartment.yml:4:34 resources.db.env.PASSWORD: is not expanded: compartment.yml does not read your environment. Remove it, then use the command variable set PASSWORD --resource db --sensitive',
	]);
});
