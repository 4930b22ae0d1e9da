import {findGoMain, findGoProgram, goMainRules, goProgram, readGoVersion} from '../../detect/go.ts';
import {filesBelow, joinPath} from '../../detect/source-files.ts';
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
	placeOf,
	run,
	startWith,
	writeStages,
} from './dockerfile-lines.ts';
import {asGuess, type BuildWishes, type Recipe} from './recipe.ts';
import {noStartError} from './start-error.ts';
import {serveFiles} from './static-server.ts';

/** A small Debian image to run the program. It has the shell that release and run commands need. */
const runtimeImage = 'debian:trixie-slim';

const output = '/output';

const modules = {target: '/go/pkg/mod'};
const compiled = {target: '/root/.cache/go-build'};

/** A Go source: one program on a small Debian image. */
export async function writeGo(wishes: BuildWishes): Promise<Recipe> {
	const {folder, packages, env, command, outputFolder} = wishes;
	const files = filesBelow(wishes.files, folder);
	const version = await readGoVersion(files);
	const main = findGoMain(files);
	const isModule = files.has('go.mod') || files.has('go.work');
	const moduleFiles = wishes.files.paths.filter(path => /(?:^|\/)go\.(?:mod|sum|work|work\.sum)$/.test(path));
	// Without a go.sum there are no dependencies to download.
	const needsModules = moduleFiles.some(path => path.endsWith('.sum')) && !files.hasFolder('vendor');
	const target = main === '' ? '.' : `./${main}`;
	if (command === undefined && main === undefined) throw noStartError('Go', goMainRules);
	const build = command ?? `go build -trimpath -tags timetzdata -ldflags='-w -s' -o ${goProgram} '${target}'`;
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
	const {start: detected, doubts} = await findGoProgram(files);
	// Copies templates and other files that the program may open, but not its source code.
	const excludes = ["'*.go'", 'go.mod', 'go.sum', 'go.work', 'go.work.sum', 'vendor'].map(each => `--exclude=${each}`);
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
	const isGuessed = command === undefined && wishes.runCommand === undefined;
	return {
		...shown,
		notes: isGuessed ? doubts.map(asGuess) : [],
		commands: {
			...(needsModules && {install: 'go mod download'}),
			build: shownBuild,
			start: wishes.runCommand ?? detected ?? `./${goProgram}`,
		},
		dockerfile: writeStages(stages),
		files: {},
	};
}
