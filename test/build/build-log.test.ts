import {expect, test} from 'vitest';
import {describeBuildProgress} from '../../source/build/build-log.ts';
import type {BuildProgress} from '../../source/engine/engine.ts';

const step = {type: 'step', id: '1', name: '[2/3] RUN npm ci'} as const;
const cases: [BuildProgress, ReturnType<typeof describeBuildProgress>][] = [
	[
		{...step, state: 'started'},
		{status: '[2/3] RUN npm ci', lines: ['[2/3] RUN npm ci']},
	],
	[
		{...step, state: 'cached'},
		{status: '[2/3] RUN npm ci', lines: ['[2/3] RUN npm ci (cached)']},
	],
	[{...step, state: 'done', durationMs: 1234}, {lines: ['[2/3] RUN npm ci (done 1.2 s)']}],
	[{...step, state: 'failed'}, {lines: ['[2/3] RUN npm ci (failed)']}],
	[{type: 'output', id: '1', text: 'a\nb\r\n'}, {lines: ['a', 'b']}],
	[{type: 'output', id: '1', text: ' 10%\r 50%\r100%\n\nend'}, {lines: ['100%', '', 'end']}],
	[
		{...step, name: '[internal] load remote build context', state: 'started'},
		{status: 'sending context', lines: []},
	],
	[{...step, name: '[internal] load build definition from Dockerfile', state: 'started'}, {lines: []}],
	[{...step, name: 'copy /context /', state: 'cached'}, {lines: []}],
	[
		{...step, name: '[internal] load metadata for node:24', state: 'failed'},
		{lines: ['[internal] load metadata for node:24 (failed)']},
	],
	[
		{...step, name: 'exporting to image', state: 'started'},
		{status: 'exporting', lines: []},
	],
	[{...step, name: 'exporting to image', state: 'done', durationMs: 9}, {lines: []}],
	[
		{type: 'transfer', message: 'naming to docker.io/library/web:1'},
		{status: 'exporting', lines: []},
	],
	[
		{type: 'transfer', message: 'writing image sha256:7d38'},
		{status: 'exporting', lines: []},
	],
	[
		{type: 'transfer', message: 'node:24: Downloading'},
		{status: 'node:24: Downloading', lines: []},
	],
];

test.each(cases)('describes %j', (progress, expected) => expect(describeBuildProgress(progress)).toEqual(expected));
