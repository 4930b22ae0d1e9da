import {describe, expect, test} from 'vitest';
import {parseDockerfile} from '../../source/build/dockerfile.ts';
import {listBases} from '../../source/build/dockerfile-bases.ts';
import {expandWord} from '../../source/build/dockerfile-words.ts';
import {platformOf} from '../../source/engine/platform.ts';

const bases = (text: string, args = {}, target?: string) =>
	listBases(text, {name: 'Dockerfile', args, target, platform: platformOf('x86_64')}).map(
		({reference, line}) => `${reference}:${line}`,
	);

test('continued lines are joined, and comments and here-documents are dropped', () => {
	const text = [
		'# syntax=docker/dockerfile:1',
		'FROM node:24-slim AS build',
		'RUN apt-get update && \\',
		'    # a comment in between',
		'',
		'    apt-get install -y git',
		'RUN <<EOF cat > /x',
		'FROM evil',
		'EOF',
		'COPY <<-"end" <<two /etc/',
		'FROM evil',
		'\tend',
		'FROM evil',
		'two',
		'copy --from=build --chown=1:1 /a /b',
		'RUN echo "no <<here document"',
		'CMD ["x"]',
	].join('\n');
	expect(parseDockerfile(text).map(({line, keyword, rest}) => `${line} ${keyword} ${rest}`)).toEqual([
		'2 FROM node:24-slim AS build',
		'3 RUN apt-get update &&     apt-get install -y git',
		'7 RUN <<EOF cat > /x',
		'10 COPY <<-"end" <<two /etc/',
		'15 COPY /a /b',
		'16 RUN echo "no <<here document"',
		'17 CMD ["x"]',
	]);
});

test('the escape directive changes the continuation character', () => {
	expect(parseDockerfile('# escape=`\nFROM a\nRUN x `\n y\nCOPY c:\\ d:\\\nCMD z').map(({keyword}) => keyword)).toEqual(
		['FROM', 'RUN', 'COPY', 'CMD'],
	);
});

describe('the base images of a Dockerfile', () => {
	const cases: [string, string, string[]][] = [
		['one base', 'FROM node:24-slim\n', ['node:24-slim:1']],
		['a platform flag and keywords in lower case', 'from --platform=$BUILDPLATFORM node AS x\n', ['node:1']],
		['stages as bases', 'FROM a AS Build\nFROM build\nFROM BUILD\n', ['a:1']],
		['scratch as the base', 'FROM golang AS b\nFROM scratch\nCOPY --from=b /x /x\n', ['golang:1']],
		['arguments with defaults', 'ARG V=24\nARG I=node:${V}-slim\nFROM ${I}\n', ['node:24-slim:3']],
		['defaults in FROM', 'ARG V\nFROM node:${V:-22}${X:+no}\n', ['node:22:2']],
		['quoted values', 'ARG I="a b" J=\'node:1\'\nFROM "$J"\n', ['node:1:2']],
		[
			'COPY and RUN --mount from images',
			'FROM a\nCOPY --from=nginx:1 /x /x\nRUN --mount=type=bind,from=tools,target=/t x\n',
			['a:1', 'nginx:1:2', 'tools:3'],
		],
		['COPY by stage number', 'FROM a\nFROM b\nCOPY --from=0 /x /x\n', ['a:1', 'b:2']],
		['stages that the target does not need', 'FROM test AS t\nFROM b AS c\nFROM c\n', ['b:2']],
		['a stage named like a later image', 'FROM node\nFROM a AS node\n', ['a:2']],
		['one base named twice', 'FROM a AS x\nFROM a\nCOPY --from=x / /\n', ['a:1']],
		['carriage returns and a byte order mark', '\uFEFFFROM a\r\nRUN x \\\r\n y\r\n', ['a:1']],
	];
	test.each(cases)('are found with %s', (_name, text, expected) => expect(bases(text)).toEqual(expected));

	test('depend on build arguments that override declared defaults', () => {
		expect(bases('ARG V=24\nFROM node:$V\n', {V: '22'})).toEqual(['node:22:2']);
		expect(bases('FROM node:${V:-24}\n', {V: '22'})).toEqual(['node:24:1']);
	});

	test('are those that the target needs', () => {
		const text = 'FROM a AS one\nFROM b AS two\nFROM c\n';
		expect(bases(text, {}, 'TWO')).toEqual(['b:2']);
		expect(() => bases(text, {}, 'three')).toThrow('Dockerfile has no stage "three".');
	});

	test.each([
		['', 'Dockerfile has no FROM line.'],
		['RUN x', 'Dockerfile has no FROM line.'],
		['ARG A\nFROM $A', 'Dockerfile:2: $A in FROM has no value.'],
		['FROM', 'Dockerfile:1: FROM names no image.'],
	])('cannot be found in %j, which is a UserError', (text, message) =>
		expect(() => bases(text)).toThrow(expect.objectContaining({name: 'UserError', message})),
	);
});

test.each([
	['a$b', {b: '1'}, 'a1'],
	['${b}c', {b: '1'}, '1c'],
	['${b:-x}', {b: ''}, 'x'],
	['${b-x}', {b: ''}, ''],
	['${b:+x}', {b: '1'}, 'x'],
	['${b:-${c}}', {c: '2'}, '2'],
	['\\$b', {b: '1'}, '$b'],
	['$constructor', {}, ''],
])('%j with %j expands to %j', (word, args, expected) => expect(expandWord(word, args)).toBe(expected));
