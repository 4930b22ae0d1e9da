import {execFileSync, spawn} from 'node:child_process';
import {chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, dirname, join} from 'node:path';

/** What the jobs of a pipeline share. */
export type CiLab = {
	/** What a checkout brings. */
	readonly folder: string;
	/** Every job gets them. They override those of the pipeline's file. */
	readonly variables: Readonly<Record<string, string>>;
	/** Arguments of `docker run`. */
	readonly network: readonly string[];
	/** What `npm install --global` installs. */
	readonly packageFile: string;
};

/** One shell of a job. */
export type Shell = {readonly lines: string; readonly env?: Readonly<Record<string, string>>};

type Job = {
	readonly shells: readonly Shell[];
	readonly env: Readonly<Record<string, string>>;
	/** Files in the folder of the project, such as those that earlier jobs left. */
	readonly files: Readonly<Record<string, Buffer>>;
	/** Files outside of it, as /runner/NAME. */
	readonly secretFiles: Readonly<Record<string, string>>;
	/** Names of the files that later jobs get. */
	readonly kept: readonly string[];
};

export type RanJob = {
	readonly exitCode: number;
	/** What its lines printed, both streams. */
	readonly log: string;
	/** What it posted as a comment, with the words of the command; undefined without one. */
	readonly comment: {readonly words: string; readonly body: string} | undefined;
	/** The file that GITHUB_OUTPUT names. */
	readonly output: string;
	readonly files: Readonly<Record<string, Buffer>>;
};

const image = 'compartment-test-runner';

/** Builds the machine of a job: node, npm and an ssh client. Needs the image of sshd. */
export function buildRunnerImage(): void {
	const input = 'FROM compartment-test-sshd\nCOPY --from=node:24-slim /usr/local /usr/local\nENTRYPOINT []\n';
	execFileSync('docker', ['build', '--quiet', '--tag', image, '-'], {input, stdio: ['pipe', 'ignore', 'pipe']});
}

/** Packs a built command line as `npm pack` does. Returns the archive, in the folder. */
export function packCli(cli: string, folder: string): string {
	const content = join(folder, 'package');
	cpSync(dirname(cli), join(content, 'dist'), {recursive: true});
	const bin = {compartment: `dist/${basename(cli)}`};
	const manifest = {name: 'compartment', version: '0.0.0', type: 'module', bin};
	writeFileSync(join(content, 'package.json'), JSON.stringify(manifest));
	const file = join(folder, 'compartment-0.0.0.tgz');
	execFileSync('tar', ['-czf', file, '-C', folder, 'package']);
	return file;
}

/** Stands for the programs that post a comment: keeps its body, and the words of the command. */
const posting = `#!/bin/sh
printf '%s\\n' "$*" >/runner/comment.words
for word in "$@"; do
	case $word in
	body@*) cp "\${word#body@}" /runner/comment.md ;;
	*.md) cp "$word" /runner/comment.md ;;
	esac
done
`;

const exportLine = ([name, value]: readonly [string, string]): string =>
	`export ${name}='${value.replaceAll("'", `'\\''`)}'\n`;

function prepare(place: string, {folder}: CiLab, {shells, files, secretFiles}: Job): void {
	const [work, bin] = [join(place, 'work'), join(place, 'bin')];
	cpSync(folder, work, {recursive: true, filter: path => basename(path) !== '.compartment'});
	for (const [name, content] of Object.entries(files)) writeFileSync(join(work, name), content);
	for (const [name, content] of Object.entries(secretFiles)) writeFileSync(join(place, name), content);
	mkdirSync(bin);
	for (const name of ['gh', 'curl']) {
		writeFileSync(join(bin, name), posting);
		chmodSync(join(bin, name), 0o755);
	}
	for (const [index, {lines, env = {}}] of shells.entries())
		writeFileSync(join(place, `shell-${index}`), `${Object.entries(env).map(exportLine).join('')}${lines}\n`);
	writeFileSync(join(place, 'output'), '');
}

/** Runs a job as a runner of CI does: in a new container, with an empty home, a checkout, and no terminal. */
export async function runJob(lab: CiLab, job: Job): Promise<RanJob> {
	const place = mkdtempSync(join(tmpdir(), 'compartment-runner-'));
	const read = (path: string) => (existsSync(join(place, path)) ? readFileSync(join(place, path)) : undefined);
	try {
		prepare(place, lab, job);
		const env = {...job.env, ...lab.variables, CI: 'true', GITHUB_OUTPUT: '/runner/output'};
		// Not as arguments: DOCKER_HOST is for the job, not for the client that starts its container.
		writeFileSync(join(place, 'env'), Object.entries(env).map(exportLine).join(''));
		const shells = job.shells.map((_, index) => `bash --noprofile --norc -eo pipefail /runner/shell-${index}`);
		const child = spawn(
			'docker',
			[
				...['run', '--rm', '--label', 'compartment.test=runner', ...lab.network],
				...['--volume', `${place}:/runner`, '--volume', `${lab.packageFile}:/compartment.tgz:ro`],
				...['--workdir', '/runner/work', image],
				...['bash', '-ec', `. /runner/env; export PATH=/runner/bin:$PATH\n${shells.join('\n')}`],
			],
			{stdio: ['ignore', 'pipe', 'pipe']},
		);
		let log = '';
		for (const stream of [child.stdout, child.stderr])
			stream.setEncoding('utf8').on('data', (text: string) => {
				log += text;
			});
		const exitCode = await new Promise<number>((resolve, reject) => {
			child.once('error', reject);
			child.once('close', code => resolve(code ?? -1));
		});
		const words = read('comment.words')?.toString();
		const kept = job.kept.flatMap(name => {
			const content = read(join('work', name));
			return content ? [[name, content] as const] : [];
		});
		return {
			exitCode,
			log,
			comment: words === undefined ? undefined : {words, body: read('comment.md')?.toString() ?? ''},
			output: read('output')!.toString(),
			files: Object.fromEntries(kept),
		};
	} finally {
		rmSync(place, {recursive: true, force: true});
	}
}
