import {
	addAppUser,
	appFolder,
	appUser,
	buildVariables,
	copy,
	copyFiles,
	copySource,
	environment,
	installPackages,
	joinPath,
	placeOf,
	run,
	startWith,
	writeStages,
} from './dockerfile-lines.ts';
import {readProcfile} from './procfile.ts';
import type {Stack} from './recipe.ts';
import {filesBelow, type SourceFiles} from './source-files.ts';
import {noStartError} from './start-error.ts';
import {serveFiles} from './static-server.ts';
import {readToolVersion} from './tool-version.ts';

const defaultGo = '1.24';

/** A small Debian image to run the program. It has the shell that release and run commands need. */
const runtimeImage = 'debian:trixie-slim';

const binary = 'out';
const output = '/output';

const modules = {target: '/go/pkg/mod'};
const compiled = {target: '/root/.cache/go-build'};

/** Go's version, such as `1.24`: from go.mod or go.work (toolchain, else go), then .tool-versions or mise.toml. */
async function readGoVersion(files: SourceFiles): Promise<string> {
	const text = (await files.read('go.mod')) ?? (await files.read('go.work')) ?? '';
	const match = /^toolchain\s+go(\d+\.\d+)/m.exec(text) ?? /^go\s+(\d+\.\d+)/m.exec(text);
	const tool = /^(\d+\.\d+)/.exec((await readToolVersion(files, ['go', 'golang'])) ?? '');
	return match?.[1] ?? tool?.[1] ?? defaultGo;
}

const isGoFile = (path: string) => path.endsWith('.go') && !path.endsWith('_test.go');
const folderOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Folder of the main package: the root if it has Go files, else the first in cmd/, else the first module with main.go. */
function findMain(files: SourceFiles): string | undefined {
	const sources = files.paths.filter(isGoFile).sort();
	if (sources.some(path => folderOf(path) === '')) return '';
	const command = sources.map(folderOf).find(folder => /^cmd\/[^/]+$/.test(folder));
	if (command !== undefined) return command;
	return sources.map(folderOf).find(folder => files.has(`${folder}/go.mod`) && files.has(`${folder}/main.go`));
}

export const goStack: Stack = {
	name: 'Go',
	lookedFor: 'go.mod, go.work, main.go',
	detect: files => ['go.mod', 'go.work', 'main.go'].some(files.has),
	async write(wishes) {
		const {folder, packages, env, command, outputFolder} = wishes;
		const files = filesBelow(wishes.files, folder);
		const version = await readGoVersion(files);
		const main = findMain(files);
		const procfile = await readProcfile(files);
		const isModule = files.has('go.mod') || files.has('go.work');
		const moduleFiles = wishes.files.paths.filter(path => /(?:^|\/)go\.(?:mod|sum|work|work\.sum)$/.test(path));
		// Without a go.sum there are no dependencies to download.
		const needsModules = moduleFiles.some(path => path.endsWith('.sum')) && !files.hasFolder('vendor');
		const target = main === '' ? '.' : `./${main}`;
		if (command === undefined && main === undefined) {
			throw noStartError('Go', 'Go files in the root, cmd/*, a module with main.go');
		}
		const build = command ?? `go build -trimpath -tags timetzdata -ldflags='-w -s' -o ${binary} '${target}'`;
		placeOf(joinPath(folder, main ?? ''));

		const stages = [
			[
				`FROM golang:${version} AS build`,
				...installPackages(packages.build),
				...environment({CGO_ENABLED: '0'}, env),
				`WORKDIR ${placeOf(folder)}`,
				...(isModule && needsModules ? [...copyFiles(moduleFiles), run('go mod download', [modules])] : []),
				...buildVariables(env),
				copySource(),
				...(isModule ? [] : [run('go mod init app')]),
				run(build, [modules, compiled]),
			],
		];
		const shownBuild = command ?? `go build ${target}`;
		const shown = {versions: {go: version}, notes: []};
		if (outputFolder !== undefined) {
			const site = serveFiles({folder: placeOf(outputFolder), from: 'build'});
			const dockerfile = writeStages([...stages, ...site.stages]);
			return {...shown, commands: {build: shownBuild, serve: outputFolder}, dockerfile, files: site.files};
		}
		const detected = procfile ?? `./${binary}`;
		// Copies templates and other files that the program may open, but not its source code.
		const excludes = ["'*.go'", 'go.mod', 'go.sum', 'go.work', 'go.work.sum', 'vendor'].map(
			each => `--exclude=${each}`,
		);
		stages[0]!.push(
			run(
				`mkdir ${output} && tar --create ${excludes.join(' ')} --directory=${appFolder} . | tar --extract --directory=${output}`,
			),
		);
		const certificates = '/etc/ssl/certs/ca-certificates.crt';
		stages.push([
			`FROM ${runtimeImage}`,
			...installPackages(packages.runtime),
			addAppUser,
			copy([certificates], certificates, {from: 'build'}),
			copy([`${output}/`], `${appFolder}/`, {from: 'build', owner: appUser}),
			`WORKDIR ${placeOf(folder)}`,
			`USER ${appUser}`,
			...startWith(detected),
		]);
		return {
			...shown,
			commands: {
				...(needsModules && {install: 'go mod download'}),
				build: shownBuild,
				start: wishes.runCommand ?? detected,
			},
			dockerfile: writeStages(stages),
			files: {},
		};
	},
};
