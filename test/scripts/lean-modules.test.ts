import {expect, test} from 'vitest';
import {leanModules} from '../../scripts/lean-modules.ts';
import {type LeanRules, leanRules} from '../../scripts/lean-rules.ts';

const none: LeanRules = {stubs: [], replacements: [], copies: {}, rewrites: []};
const rewrite = (code: string) => code.toUpperCase();

test('a rule applies only to imports of the package it names', () => {
	const plugin = leanModules({...none, stubs: [{id: 'heavy', by: 'client'}]});
	expect(plugin.resolveId('heavy', '/app/node_modules/other/index.js', {})).toBeUndefined();
	expect(() => plugin.buildEnd()).toThrow('heavy in client');
	expect(plugin.resolveId('heavy', '/app/node_modules/client/index.js', {})).toBe('\0stub:heavy');
	expect(() => plugin.buildEnd()).not.toThrow();
});

test.each<[name: string, rules: Partial<LeanRules>]>([
	['debug', {stubs: [{id: 'debug'}]}],
	['node:util', {replacements: [{id: 'node:util', code: ''}]}],
	['readable-stream', {copies: {'readable-stream': 'node:stream'}}],
	['performance.now in ink', {rewrites: [{by: 'ink', text: 'performance.now', rewrite}]}],
])('a rule without a match, %s, fails the build', (name, rules) => {
	const plugin = leanModules({...none, stubs: [{id: 'used'}], ...rules});
	plugin.resolveId('used', '/app/source/a.ts', {});
	plugin.transform('performance.now()', '/app/node_modules/other/index.js');
	expect(() => plugin.buildEnd()).toThrow(
		`These rules of scripts/lean-rules.ts match nothing that is bundled: ${name}`,
	);
});

test('a build that failed reports its own error', () => {
	const plugin = leanModules({...none, stubs: [{id: 'debug'}]});
	expect(() => plugin.buildEnd(new Error('a syntax error'))).not.toThrow();
});

test('a built-in module that is required is replaced only where nothing reads all of it', () => {
	const plugin = leanModules({...none, replacements: [{id: 'node:util', code: 'export const inspect = 1;'}]});
	expect(plugin.resolveId('node:util', '/app/a.cjs', {kind: 'require-call'})).toBe('\0required:node:util');
	expect(plugin.resolveId('node:util', '/app/a.js', {kind: 'dynamic-import'})).toBeUndefined();
	expect(plugin.resolveId('node:util', '/app/a.js', {kind: 'import-statement'})).toBe('\0lean:node:util');
	expect(plugin.load('\0lean:node:util')).toMatchObject({code: 'export const inspect = 1;'});
});

test('a string-width that begins in another way fails the build', () => {
	const transform = (code: string) => leanModules(leanRules).transform(code, '/app/node_modules/string-width/index.js');
	const segmenter = 'const segmenter = new Intl.Segmenter();';
	expect(transform(`${segmenter}\nexport default function stringWidth(input, options = {}) {\n}`)?.code).toContain(
		'isSimple(input)',
	);
	expect(() => transform(`${segmenter}\nexport default stringWidth;`)).toThrow('string-width no longer begins');
});
