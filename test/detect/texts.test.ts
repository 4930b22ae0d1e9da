import {expect, test} from 'vitest';
import {blockOf, readConfig, readOption, safeFolder} from '../../source/detect/config-text.ts';
import {isDevelopmentServer} from '../../source/detect/development-server.ts';
import {parseRelaxed} from '../../source/detect/relaxed-json.ts';
import {readTable} from '../../source/detect/toml-table.ts';
import {makeSource} from '../build/recipe.ts';

test.each([
	['{a: 1, \'b\': "c",}', {a: 1, b: 'c'}],
	["// x\n{/* y */ a: ['it\\'s', \"\\u0041\\x42\\\n\",],}", {a: ["it's", 'AB']}],
	[
		'{"a": "// no comment", b: -.5, c: 0x1F, d: +2, e: null, f: true}',
		{a: '// no comment', b: -0.5, c: 31, d: 2, e: null, f: true},
	],
	['\uFEFF{"$schema": "https://a.b/c"}', {$schema: 'https://a.b/c'}],
	['[Infinity]', [null]],
])('JSON5 %j is read', (text, value) => {
	expect(parseRelaxed(text)).toEqual(value);
});

test.each(['', '{', '{a: b}', "{'a: 1}", '{a: 1} x', '/* open', '{,}', '[1 2]', '{a: 1,,}'])('%j is no JSON5', text => {
	expect(() => parseRelaxed(text)).toThrow(SyntaxError);
});

test.each([
	["output: 'export'", {type: 'literal', value: 'export'}],
	['"output": "export" as const,', {type: 'literal', value: 'export'}],
	['config.output = "export";', undefined],
	['const output = "export";', {type: 'literal', value: 'export'}],
	['output: path.join(__dirname, "www"),', {type: 'literal', value: 'www'}],
	["output: isProduction ? 'export' : undefined", {type: 'computed'}],
	["output: 'export' + suffix", {type: 'computed'}],
	['output: `a${b}`', {type: 'computed'}],
	["output: 'a', x: {output: 'b'}", {type: 'computed'}],
	["rollupOptions: {output: {dir: 'x'}}", undefined],
	['type A = {output: string}', undefined],
	['if (output === "export") {}', undefined],
	['(output) => "export"', undefined],
	['outputs: "a", my.output: "b"', undefined],
])('the option in %j is found', (text, option) => {
	expect(readOption(text, 'output')).toEqual(option);
});

test('comments of a configuration do not count, and strings are no comments', async () => {
	const text = "// a: '1'\nb: 'http://x', /* c: '2'\n */ d: \"/* '3' */\", e: `//`, // it's\nf: 'it\\'s // 4'";
	const config = await readConfig(makeSource({'x.config.mts': text}), 'x.config');
	expect(config).toEqual({
		path: 'x.config.mts',
		text: "\nb: 'http://x',  d: \"/* '3' */\", e: `//`, \nf: 'it\\'s // 4'",
	});
	expect(await readConfig(makeSource({}), 'x.config')).toBeUndefined();
});

test.each([
	["nitro: {preset: 'a', x: {y: 1}}, z", "preset: 'a', x: {y: 1}"],
	['plugins: [remix({ssr: false}), b()]', '{ssr: false}'],
	['unnitro: {a}', ''],
	['nitro: {open', 'open'],
])('the block in %j is found', (text, block) => {
	expect(blockOf(text, text.includes('remix') ? 'remix' : 'nitro')).toBe(block);
});

test.each([
	['./dist/', '', 'dist'],
	['../dist', 'client', 'dist'],
	['../../etc', 'client', undefined],
	['/etc', '', undefined],
	['a b', '', undefined],
	['$(x)', '', undefined],
	['.', '', undefined],
	['.output/public', '', '.output/public'],
])('the folder %j in %j is %j', (folder, base, safe) => {
	expect(safeFolder(folder, base)).toBe(safe);
});

test('a table of TOML is read up to the next one', () => {
	const text = `[project]\nname = "a"\n[ project.scripts ] # b\nrun = "x:y" # c\n"two" = 'z'\nall = {cmd = "go", help = "h"}\nlist = ["n"]\n[[tool]]\nno = "1"\n[project.scripts.more]\nno = "2"`;
	expect([...readTable(text, 'project.scripts')]).toEqual([
		['run', 'x:y'],
		['two', 'z'],
		['all.cmd', 'go'],
		['all.help', 'h'],
	]);
});

test.each([
	...[
		'vite',
		'vite --host',
		'npx vite preview',
		'cross-env A=1 ng serve',
		'expo start --web',
		'tsc && next dev',
		'pnpm dev',
	],
	...['npm run dev', 'electron .', 'nest start --watch', 'A=1 nodemon a.js', 'parcel', 'dotenv -e .env -- astro dev'],
])('%s is for development', script => {
	expect(isDevelopmentServer(script)).toBe(true);
});

test.each([
	...[
		'vite build',
		'next start',
		'node server.js',
		'npm run serve:ssr',
		'expo export',
		'parcel build a.html',
		'serve dist',
	],
	...['remix-serve build', 'vite-node a.ts', 'node dev.js', 'strapi start', 'next dev && node a.js', 'sh -c "vite"'],
])('%s is not', script => {
	expect(isDevelopmentServer(script)).toBe(false);
});
