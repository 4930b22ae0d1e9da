import {readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {buildLogPath, openBuildLog} from '../../source/build/build-log-file.ts';
import {makeTree} from './tree.ts';

const logBuild = async (directory: string, lines: readonly string[]) => {
	const log = await openBuildLog(directory, 'web');
	for (const line of lines) log.write(line);
	await log.close();
};

test('a build log is readable by the user only', async () => {
	const directory = makeTree();
	await logBuild(directory, ['one', 'two \u001b[31mred']);
	const file = `${directory}/builds/web.log`;
	expect(readFileSync(file, 'utf8')).toBe('one\ntwo \u001b[31mred\n');
	expect([statSync(file).mode & 0o777, statSync(`${directory}/builds`).mode & 0o777]).toEqual([0o600, 0o700]);
});

test('the last five logs are kept, newest first', async () => {
	const directory = makeTree();
	for (const text of ['1', '2', '3', '4', '5', '6', '7']) await logBuild(directory, [text]);
	const kept = [0, 1, 2, 3, 4].map(age => readFileSync(buildLogPath(directory, 'web', age), 'utf8').trim());
	expect(kept).toEqual(['7', '6', '5', '4', '3']);
	expect(readdirSync(`${directory}/builds`)).toHaveLength(5);
});

test('a log is truncated at its size limit with a note', async () => {
	const directory = makeTree();
	const line = 'x'.repeat(1_000_000);
	await logBuild(directory, Array(40).fill(line));
	const text = readFileSync(buildLogPath(directory, 'web'), 'utf8');
	expect(text.length).toBeLessThan(20_100_000);
	expect(text.endsWith('… log truncated at 20 MB\n')).toBe(true);
});

test('a symlink in place of a log is renamed, not followed', async () => {
	const directory = makeTree({victim: 'safe', 'builds/x': ''});
	symlinkSync(`${directory}/victim`, buildLogPath(directory, 'web'));
	await logBuild(directory, ['text']);
	expect(readFileSync(`${directory}/victim`, 'utf8')).toBe('safe');
	writeFileSync(`${directory}/builds/x`, '');
	expect(readFileSync(buildLogPath(directory, 'web'), 'utf8')).toBe('text\n');
});
