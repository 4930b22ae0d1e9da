import {expect, it} from 'vitest';
import {findSourceProblems} from '../../source/build/source-problems.ts';
import {examineProject} from '../../source/descriptor/load.ts';
import {DescriptorError} from '../../source/descriptor/problem.ts';
import {makeTree, type Tree} from './tree.ts';

const tree: Tree = {
	'repo/.git/HEAD': '',
	'repo/web/Dockerfile': 'FROM a',
	'repo/web/x': '',
	'repo/bare/x': '',
	'repo/out': {link: '../outside'},
	'outside/x': '',
};

async function problems(services: string): Promise<string[]> {
	const root = makeTree({...tree, 'repo/compartment.yml': `name: app\nservices:\n${services}`});
	try {
		await examineProject(`${root}/repo`, findSourceProblems);
		return [];
	} catch (error) {
		if (!(error instanceof DescriptorError)) throw error;
		return error.problems.map(({line, column, path, message}) => `${line}:${column} ${path}: ${message}`);
	}
}

it('findSourceProblems lists all invalid paths at once, each with its position', async () => {
	const text = `  a: missing
  b: {path: ..}
  c: {path: out}
  d: {path: web, build: {include: [web/x, nope, ../outside]}}
  e: {path: web, dockerfile: web/Other}
  f: {path: web/x}
  g: {path: .git}
`;
	expect(await problems(text)).toEqual([
		'3:6 services.a: Service path "missing" does not exist.',
		'4:13 services.b.path: Service path ".." must stay within the current repository or worktree.',
		'5:13 services.c.path: Service path "out" must not include symlinks.',
		'6:43 services.d.build.include[1]: build.include path "nope" does not exist.',
		'6:49 services.d.build.include[2]: build.include path "../outside" must stay within the current repository or worktree.',
		'7:30 services.e.dockerfile: dockerfile path "web/Other" does not exist.',
		'8:13 services.f.path: Service path "web/x" must point to a directory.',
		'9:13 services.g.path: Service path ".git" cannot target VCS metadata.',
	]);
});

it('findSourceProblems adds each problem once to the problems of the file itself', async () => {
	expect(await problems('  a: {path: missing, portt: 1}\n  b: {path: web, context: ../../x}\n')).toEqual([
		'3:13 services.a.path: Service path "missing" does not exist.',
		'3:22 services.a.portt: unknown key "portt"',
		'4:27 services.b.context: context must stay within the current repository or worktree.',
	]);
});

it('findSourceProblems reports fields that conflict with a Dockerfile or with its absence', async () => {
	const text = `  a: {path: bare, build: {strategy: dockerfile}}
  b: {path: web, build: {command: make}}
  c: {path: web, run: {command: make}}
  d: {path: web, context: web, build: {include: [bare]}}
`;
	expect(await problems(text)).toEqual([
		'3:37 services.a.build.strategy: Build strategy "dockerfile" requires a Dockerfile in service directory "bare".',
		'4:35 services.b.build.command: Build command is only supported for source-built services. Service "web" resolved to Dockerfile build.',
		'5:33 services.c.run.command: Run command is only supported for services with an authored runtime process. Service "web" resolved to Dockerfile build.',
		'6:50 services.d.build.include[0]: build.include path "bare" must lie in the context "web".',
	]);
});

it('findSourceProblems reports nothing for a valid project', async () => {
	expect(await problems("  a: web\n  b: {image: 'x:1'}\n  c: {path: bare, build: {include: [web/x]}}\n")).toEqual([]);
});
