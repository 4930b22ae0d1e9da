import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {cloneRepository} from '../../source/import/clone.ts';

let folder: string;
let server: Server | undefined;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'import-clone-'));
});

afterEach(() => {
	server?.close();
	server = undefined;
	rmSync(folder, {recursive: true, force: true});
});

function makeRepository(): string {
	const origin = join(folder, 'origin');
	mkdirSync(join(origin, 'api'), {recursive: true});
	const git = (...args: string[]) =>
		execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'init.defaultBranch=main', ...args], {
			cwd: origin,
		});
	git('init', '--quiet');
	writeFileSync(join(origin, 'api', 'Dockerfile'), 'FROM main\n');
	git('add', '.');
	git('commit', '--quiet', '-m', 'one');
	git('checkout', '--quiet', '-b', 'release');
	writeFileSync(join(origin, 'api', 'Dockerfile'), 'FROM release\n');
	git('commit', '--quiet', '-am', 'two');
	git('checkout', '--quiet', 'main');
	return origin;
}

const project = () => {
	const directory = join(folder, 'project');
	mkdirSync(directory);
	return directory;
};

it('clones the branch of a local repository, once', async () => {
	const url = `file://${makeRepository()}`;
	const directory = project();
	await cloneRepository({url, branch: 'release', folder: 'mono'}, directory);
	expect(readFileSync(join(directory, 'mono/api/Dockerfile'), 'utf8')).toBe('FROM release\n');
	await expect(cloneRepository({url, branch: 'release', folder: 'mono'}, directory)).rejects.toThrow(
		'mono is there already',
	);
});

it('says what git said about a branch that is not there, and leaves nothing behind', async () => {
	const url = `file://${makeRepository()}`;
	const directory = project();
	await expect(cloneRepository({url, branch: 'gone', folder: 'mono'}, directory)).rejects.toThrow(
		/branch gone:\n.*gone/s,
	);
	expect(readdirSync(directory)).toEqual([]);
});

it('gives the token to the host that asks for it, and to no file or message', async () => {
	const seen: (string | undefined)[] = [];
	server = createServer((request, response) => {
		seen.push(request.headers.authorization);
		response.writeHead(request.headers.authorization ? 403 : 401, {'www-authenticate': 'Basic realm="git"'});
		response.end();
	});
	await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve));
	const {port} = server.address() as AddressInfo;
	const directory = project();
	const clone = cloneRepository(
		{url: `http://127.0.0.1:${port}/acme/mono.git`, token: 'glpat-2718', folder: 'mono'},
		directory,
	);
	await expect(clone).rejects.toThrow(/^(?!.*glpat-2718)/s);
	expect(seen[0]).toBeUndefined();
	expect(Buffer.from(seen.at(-1)!.replace('Basic ', ''), 'base64').toString()).toBe('x-access-token:glpat-2718');
	expect(existsSync(join(directory, 'mono'))).toBe(false);
});
