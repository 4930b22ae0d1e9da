import {expect, test} from 'vitest';
import {chooseBuilder} from '../../source/build/choose.ts';
import type {RailpackFinding} from '../../source/build/railpack/find-railpack.ts';
import {selectSource} from '../../source/build/select-source.ts';
import {makeService, makeTree} from './tree.ts';

const choose = async (
	root: string,
	options: Parameters<typeof makeService>[0],
	railpack: RailpackFinding = {missing: 'railpack not found'},
) => {
	const service = makeService(options);
	const selection = await selectSource({directory: root}, service);
	return chooseBuilder(service, {directory: root}, selection, async () => railpack);
};

const tree = {'web/Dockerfile': 'FROM a', 'web/dev.Dockerfile': 'FROM a', 'api/x': '', Dockerfile: 'FROM a'};

test.each([
	[{path: 'web'}, 'web/Dockerfile', 'Dockerfile in web'],
	[{path: '.'}, 'Dockerfile', 'Dockerfile in .'],
	[{path: 'web', build: {strategy: 'dockerfile'}}, 'web/Dockerfile', 'Dockerfile in web'],
	[{path: 'api', dockerfile: 'web/dev.Dockerfile'}, 'web/dev.Dockerfile', 'dockerfile: web/dev.Dockerfile'],
	[{path: 'api', context: 'web'}, 'web/Dockerfile', 'Dockerfile in web'],
] as const)('%j is built with its Dockerfile', async (options, dockerfile, reason) => {
	const root = makeTree(tree);
	expect(await choose(root, options)).toEqual({type: 'dockerfile', dockerfile: `${root}/${dockerfile}`, reason});
});

test.each([
	[
		{path: 'api', build: {strategy: 'dockerfile'}},
		'Build strategy "dockerfile" requires a Dockerfile in service directory "api".',
	],
	[
		{path: 'web', build: {command: 'make'}},
		'Build command is only supported for source-built services. Service "web" resolved to Dockerfile build.',
	],
	[
		{path: 'web', build: {packages: {build: [], runtime: ['git']}}},
		'Build packages is only supported for source-built services. Service "web" resolved to Dockerfile build.',
	],
	[
		{path: 'web', run: {command: 'x', restart: {policy: 'no'}}},
		'Run command is only supported for services with an authored runtime process. Service "web" resolved to Dockerfile build.',
	],
	[{path: 'web', dockerfile: 'nope'}, 'dockerfile path "nope" does not exist.'],
	[{path: 'web', dockerfile: 'api'}, 'dockerfile path "api" must point to a file.'],
	[{path: 'web', dockerfile: '../x'}, 'dockerfile path "../x" must stay within the current repository or worktree.'],
	[{path: 'gone'}, 'Service path "gone" does not exist.'],
	[{path: 'web', context: 'gone'}, 'context path "gone" does not exist.'],
	[{path: 'link'}, 'dockerfile path "link/Dockerfile" must not include symlinks.'],
] as const)('%j is rejected', async (options, message) => {
	const root = makeTree({...tree, 'link/Dockerfile': {link: '/etc/passwd'}});
	await expect(choose(root, options as never)).rejects.toThrow(expect.objectContaining({name: 'UserError', message}));
});

const notFound = 'Dockerfile in api: not found';

test.each([
	[{path: 'api'}, notFound],
	[{path: 'web', build: {strategy: 'railpack'}}, 'Dockerfile in web: not used, because build.strategy is railpack'],
] as const)(
	'%j without a usable Dockerfile is built by railpack if it is installed, else by the built-in builder',
	async (options, looked) => {
		const root = makeTree(tree);
		const lookedFor = [looked, 'Railpack: railpack not found'];
		expect(await choose(root, options)).toEqual({type: 'detected', lookedFor, reason: 'railpack not found'});
		const tools = {railpack: '/bin/railpack', version: '0.9.1', driver: 'buildx'} as const;
		const reason = 'railpack 0.9.1 with buildx';
		expect(await choose(root, options, {tools})).toEqual({type: 'railpack', tools, reason});
	},
);

test('a static service always uses the built-in builder', async () => {
	const tools = {railpack: '/bin/railpack', version: '0.9.1', driver: 'buildx'} as const;
	expect(await choose(makeTree(tree), {path: 'web', kind: 'static'}, {tools})).toEqual({
		type: 'detected',
		lookedFor: ['Dockerfile in web: not used, because the service is static'],
		reason: 'static',
	});
});
