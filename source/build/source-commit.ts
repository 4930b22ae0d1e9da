import {mkdir, mkdtemp, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {askProgram, findProgram} from '../programs.ts';

const readLine = async (path: string): Promise<string | undefined> =>
	(await readFile(path, 'utf8').catch(() => undefined))?.trim();

type Repository = {
	readonly workTree: string;
	/** The folder of this worktree: HEAD and the index. */
	readonly git: string;
	/** The folder shared by all worktrees of the repository: objects and refs. */
	readonly common: string;
};

async function findRepository(directory: string): Promise<Repository | undefined> {
	const dotGit = join(directory, '.git');
	const found = await stat(dotGit).catch(() => undefined);
	if (!found) return dirname(directory) === directory ? undefined : findRepository(dirname(directory));
	if (found.isDirectory()) return {workTree: directory, git: dotGit, common: dotGit};
	// In a linked worktree, .git is a file that names the folder.
	const link = /^gitdir: (.+)$/.exec((await readLine(dotGit)) ?? '')?.[1];
	if (!link) return undefined;
	const git = resolve(directory, link);
	const common = await readLine(join(git, 'commondir'));
	return {workTree: directory, git, common: common ? resolve(git, common) : git};
}

async function readHead({git, common}: Repository): Promise<string | undefined> {
	const head = await readLine(join(git, 'HEAD'));
	const name = /^ref: (refs\/[\w./-]+)$/.exec(head ?? '')?.[1];
	if (!name || name.includes('..')) return head;
	const packed = async () =>
		(await readFile(join(common, 'packed-refs'), 'utf8').catch(() => ''))
			.split('\n')
			.find(line => line.endsWith(` ${name}`))
			?.split(' ')[0];
	return (await readLine(join(common, name))) ?? (await packed());
}

/**
 * Whether files below the path differ from the commit; undefined if git cannot tell. Git runs with a temporary repository
 * that borrows only objects and index, because the configuration of an untrusted repository can make git run programs.
 */
async function hasChanges(
	{workTree, git, common}: Repository,
	head: string,
	directory: string,
): Promise<boolean | undefined> {
	const program = findProgram('git', directory);
	if (!program) return undefined;
	const own = await mkdtemp(join(tmpdir(), 'compartment-git-'));
	try {
		await Promise.all([
			mkdir(join(own, 'refs')),
			mkdir(join(own, 'objects')),
			writeFile(join(own, 'HEAD'), `${head}\n`),
		]);
		const printed = await askProgram(
			program,
			['--no-optional-locks', 'status', '--porcelain', '--ignore-submodules=all', '--', directory],
			{
				HOME: own,
				LC_ALL: 'C',
				GIT_DIR: own,
				GIT_WORK_TREE: workTree,
				GIT_INDEX_FILE: join(git, 'index'),
				GIT_OBJECT_DIRECTORY: join(common, 'objects'),
				GIT_CONFIG_NOSYSTEM: '1',
				GIT_CONFIG_GLOBAL: '/dev/null',
			},
		);
		return printed === undefined ? undefined : printed !== '';
	} finally {
		await rm(own, {recursive: true, force: true});
	}
}

/**
 * The commit of a folder: `9f8e7d6`, or `9f8e7d6 + changes` if files in it differ. Undefined outside a git worktree,
 * before its first commit, or if git cannot tell. Runs nothing from the repository and writes nothing to it.
 * @param directory absolute
 */
export async function readSourceCommit(directory: string): Promise<string | undefined> {
	const repository = await findRepository(directory);
	const head = repository && (await readHead(repository));
	if (!head || !/^[0-9a-f]{40}$/.test(head)) return undefined;
	const isDirty = await hasChanges(repository, head, directory);
	return isDirty === undefined ? undefined : `${head.slice(0, 7)}${isDirty ? ' + changes' : ''}`;
}
