import {expect, test} from 'vitest';
import {chunkGroups} from '../../scripts/chunks.ts';

const groupsOf = (parts: {sources?: string[]; packages?: string[]; without?: string[]}) =>
	chunkGroups([{name: 'some', priority: 1, sources: [], ...parts}]);

test('a chunk holds the files of its patterns and packages, and no others', () => {
	const [group] = groupsOf({
		sources: ['source/model/**'],
		without: ['source/model/names.ts'],
		packages: ['chalk'],
	});
	const holds = (path: string) => group!.test(`${process.cwd()}/${path}`);
	expect(holds('source/model/address.ts')).toBe(true);
	expect(holds('source/model/names.ts')).toBe(false);
	expect(holds('source/errors.ts')).toBe(false);
	expect(holds('node_modules/chalk/source/index.js')).toBe(true);
	expect(holds('node_modules/chalk-template/index.js')).toBe(false);
});

test('a pattern that matches no file fails the build', () => {
	expect(() => groupsOf({sources: ['source/model/**', 'source/no-such-room/**']})).toThrow(
		'The chunk some names source/no-such-room/**, which matches no file.',
	);
	expect(() => groupsOf({without: ['source/no-such-file.ts']})).toThrow('source/no-such-file.ts');
});

test('a package that is not installed fails the build', () => {
	expect(() => groupsOf({packages: ['chalk', 'no-such-package']})).toThrow(
		'The chunk some names the package no-such-package, which is not installed.',
	);
});
