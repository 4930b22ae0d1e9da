import {readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {buildLogPath, openBuildLog} from '../../source/build/build-log-file.ts';
import {makeTree} from './tree.ts';

const logBuild = async (directory: string, lines: readonly string[]) => {
	const log = await openBuildLog(directory, 'web');
	for (const line of lines) log.write(line);
	await log.close();
};

test('keeps the lines of a build for the user alone', async () => {
	const directory = makeTree();
	await logBuild(directory, ['one', 'two \u001b[31mred']);
	const file = `${directory}/builds/web.log`;
	expect(readFileSync(file, 'utf8')).toBe('one\ntwo \u001b[31mred\n');
	expect([statSync(file).mode & 0o777, statSync(`${directory}/builds`).mode & 0o777]).toEqual([0o600, 0o700]);
});

test('keeps the five last ones, newest first', async () => {
	const directory = makeTree();
	for (const text of ['1', '2', '3', '4', '5', '6', '7']) await logBuild(directory, [text]);
	const kept = [0, 1, 2, 3, 4].map(age => readFileSync(buildLogPath(directory, 'web', age), 'utf8').trim());
	expect(kept).toEqual(['7', '6', '5', '4', '3']);
	expect(readdirSync(`${directory}/builds`)).toHaveLength(5);
});

test('stops at a size, and says so', async () => {
	const directory = makeTree();
	const line = 'x'.repeat(1_000_000);
	await logBuild(directory, Array(40).fill(line));
	const text = readFileSync(buildLogPath(directory, 'web'), 'utf8');
	expect(text.length).toBeLessThan(20_100_000);
	expect(text.endsWith('… log truncated at 20 MB\n')).toBe(true);
});

test('a link in its place is moved away, not followed', async () => {
	const directory = makeTree({victim: 'safe', 'builds/x': ''});
	symlinkSync(`${directory}/victim`, buildLogPath(directory, 'web'));
	await logBuild(directory, ['text']);
	expect(readFileSync(`${directory}/victim`, 'utf8')).toBe('safe');
	writeFileSync(`${directory}/builds/x`, '');
	expect(readFileSync(buildLogPath(directory, 'web'), 'utf8')).toBe('text\n');
});
