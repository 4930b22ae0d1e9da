import {readPackageOf} from '../../detect/package-json.ts';
import {ignoredSettings} from '../../detect/railpack-file.ts';
import type {SourceFiles} from '../../detect/source-files.ts';
import {type BuiltStack, builtStacks, evidenceText, findStack} from '../../detect/stacks.ts';
import {UserError} from '../../errors.ts';
import {writeGo} from './go.ts';
import {writeNode} from './node.ts';
import {writePython} from './python.ts';
import type {BuildWishes, Recipe} from './recipe.ts';
import {buildSite, writeShell} from './shell.ts';
import {publishFolder, writeStaticFiles} from './static.ts';

const writers: Readonly<Record<BuiltStack, (wishes: BuildWishes) => Promise<Recipe>>> = {
	Go: writeGo,
	Python: writePython,
	Node: writeNode,
	'static files': writeStaticFiles,
	shell: writeShell,
};

type Question = Omit<BuildWishes, 'folder'>;

/** One line per supported stack. */
export const describeStacks = (): string[] => builtStacks.map(stack => `${stack.name}: ${evidenceText(stack)}`);

async function hasBuildScript(files: SourceFiles, serviceFolder: string): Promise<boolean> {
	const folders = [...new Set(['', serviceFolder])];
	const packages = await Promise.all(folders.map(folder => readPackageOf(files, folder)));
	return packages.some(each => each?.scripts['build'] !== undefined);
}

/** Publishes a folder as it is if it is in the source already and there is no build command. */
async function writeStatic(question: Question, outputFolder: string): Promise<Recipe> {
	const {files, serviceFolder, command} = question;
	if (command === undefined && files.hasFolder(outputFolder)) return publishFolder(outputFolder);
	const found = findStack(files, serviceFolder);
	const name = found?.stack.name;
	const isNode = name === 'Node' && (await hasBuildScript(files, serviceFolder));
	if (command === undefined && !isNode) {
		throw new UserError(`The folder "${outputFolder}" is not in the source, and there is no command that builds it.`, {
			hint: 'Set build.command, or check build.outputDirectory and .gitignore.',
		});
	}
	const wishes = {...question, outputFolder, folder: found?.folder ?? ''};
	return name === 'Go' || name === 'Node' || name === 'Python'
		? writers[name](wishes)
		: buildSite(wishes, outputFolder);
}

/** The built-in builder's recipe for a source. */
export type Detected = Recipe & {readonly stack: BuiltStack};

/**
 * Detects the stack of a source and generates its Dockerfile; undefined if no stack matches. Throws a UserError that says
 * what is missing if the stack is detected but cannot be built.
 */
export async function writeRecipe(question: Question): Promise<Detected | undefined> {
	const {files, serviceFolder, outputFolder} = question;
	const noting = (recipe: Recipe): Recipe => ({
		...recipe,
		notes: [...recipe.notes, ...ignoredSettings(files, serviceFolder)],
	});
	if (outputFolder !== undefined) return {stack: 'static files', ...noting(await writeStatic(question, outputFolder))};
	const found = findStack(files, serviceFolder);
	if (!found) return undefined;
	const {stack, folder} = found;
	if (!stack.isBuilt) {
		throw new UserError(
			`The source is ${stack.name} (${evidenceText(stack)}), which the built-in builder does not support.`,
			{hint: 'Add a Dockerfile, or install the Railpack CLI and docker buildx.'},
		);
	}
	return {stack: stack.name, ...noting(await writers[stack.name]({...question, folder}))};
}
