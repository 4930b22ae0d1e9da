import {UserError} from '../../errors.ts';
import {joinPath} from './dockerfile-lines.ts';
import {goStack} from './go.ts';
import {nodeStack} from './node.ts';
import {readPackage} from './node-package.ts';
import {pythonStack} from './python.ts';
import type {BuildWishes, Recipe, Stack} from './recipe.ts';
import {buildSite, shellStack} from './shell.ts';
import {filesBelow, type SourceFiles} from './source-files.ts';
import {publishFolder, staticStack} from './static.ts';

/** A stack that is detected but not supported, so that its source is not mistaken for another stack. */
type ForeignStack = Pick<Stack, 'name' | 'lookedFor' | 'detect'>;

const foreign = (name: string, ...names: readonly string[]): ForeignStack => ({
	name,
	lookedFor: names.join(', '),
	detect: files => names.some(files.has),
});

const dotnet: ForeignStack = {
	name: '.NET',
	lookedFor: '*.csproj',
	detect: files => files.paths.some(path => /^[^/]+\.(?:cs|fs)proj$/.test(path)),
};

/** In Railpack's order, so that both detect the same stack. */
const stacks: readonly (Stack | ForeignStack)[] = [
	foreign('PHP', 'composer.json', 'index.php'),
	goStack,
	foreign('Java', 'pom.xml', 'build.gradle', 'build.gradle.kts', 'gradlew'),
	foreign('Rust', 'Cargo.toml'),
	foreign('Ruby', 'Gemfile'),
	foreign('Elixir', 'mix.exs'),
	pythonStack,
	foreign('Deno', 'deno.json', 'deno.jsonc'),
	dotnet,
	nodeStack,
	foreign('Gleam', 'gleam.toml'),
	foreign('C++', 'CMakeLists.txt', 'meson.build'),
	staticStack,
	shellStack,
];

const isBuilt = (stack: Stack | ForeignStack): stack is Stack => 'write' in stack;

type Question = Omit<BuildWishes, 'folder'>;
type Found = {readonly stack: Stack | ForeignStack; readonly folder: string};

/** The stack of a source: that of its root, else that of the service's folder. */
function findStack(files: SourceFiles, serviceFolder: string): Found | undefined {
	for (const folder of new Set(['', serviceFolder])) {
		const below = filesBelow(files, folder);
		const stack = stacks.find(each => each.detect(below));
		if (stack) return {stack, folder};
	}
	return undefined;
}

/** One line for each stack that was looked for. */
export const describeStacks = (): string[] =>
	stacks.filter(isBuilt).map(({name, lookedFor}) => `${name}: ${lookedFor}`);

async function hasBuildScript(files: SourceFiles, serviceFolder: string): Promise<boolean> {
	const folders = [...new Set(['', serviceFolder])];
	const packages = await Promise.all(folders.map(folder => readPackage(files, joinPath(folder, 'package.json'))));
	return packages.some(each => each?.scripts['build'] !== undefined);
}

/** Publishes a folder as it is if it is in the source already and there is no build command. */
async function writeStatic(question: Question, outputFolder: string): Promise<Recipe> {
	const {files, serviceFolder, command} = question;
	if (command === undefined && files.hasFolder(outputFolder)) return publishFolder(outputFolder);
	const found = findStack(files, serviceFolder);
	const isNode = found?.stack === nodeStack && (await hasBuildScript(files, serviceFolder));
	if (command === undefined && !isNode) {
		throw new UserError(`The folder "${outputFolder}" is not in the source, and there is no command that builds it.`, {
			hint: 'Set build.command, or check build.outputDirectory and .gitignore.',
		});
	}
	const wishes = {...question, outputFolder, folder: found?.folder ?? ''};
	const stack = [goStack, nodeStack, pythonStack].find(each => each === found?.stack);
	return stack ? stack.write(wishes) : buildSite(wishes, outputFolder);
}

/** The built-in builder's recipe for a source. */
export type Detected = Recipe & {
	/** `Node`, `Python`, `Go`, `static files` or `shell`. */
	readonly stack: string;
};

/**
 * Detects the stack of a source and generates its Dockerfile; undefined if no stack matches. Throws a UserError that says
 * what is missing if the stack is detected but cannot be built.
 */
export async function detectRecipe(question: Question): Promise<Detected | undefined> {
	const {files, serviceFolder, outputFolder} = question;
	if (outputFolder !== undefined) return {stack: 'static files', ...(await writeStatic(question, outputFolder))};
	const found = findStack(files, serviceFolder);
	if (!found) return undefined;
	const {stack, folder} = found;
	if (!isBuilt(stack)) {
		throw new UserError(
			`The source is ${stack.name} (${stack.lookedFor}), which the built-in builder does not support.`,
			{
				hint: 'Add a Dockerfile, or install the Railpack CLI and docker buildx.',
			},
		);
	}
	return {stack: stack.name, ...(await stack.write({...question, folder}))};
}
