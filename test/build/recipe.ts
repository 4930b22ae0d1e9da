import {type Detected, writeRecipe} from '../../source/build/recipes/write-recipe.ts';
import {createSourceFiles, type SourceFiles} from '../../source/detect/source-files.ts';

export type Sources = Readonly<Record<string, string | object>>;

/** A source in memory; objects are JSON. */
export const makeSource = (sources: Sources): SourceFiles =>
	createSourceFiles(Object.keys(sources), async path => {
		const content = Object.hasOwn(sources, path) ? sources[path] : undefined;
		return typeof content === 'object' ? JSON.stringify(content) : content;
	});

type Wishes = Partial<Omit<Parameters<typeof writeRecipe>[0], 'files'>>;

/** Runs the detector on a source. */
export async function detect(sources: Sources, wishes: Wishes = {}): Promise<Detected> {
	const defaults = {serviceFolder: '', packages: {build: [], runtime: []}, env: []};
	const found = await writeRecipe({...defaults, ...wishes, files: makeSource(sources)});
	if (!found) throw new Error('nothing was detected');
	return found;
}

/** Stack, versions and commands in one line. */
export async function summarize(sources: Sources, wishes: Wishes = {}): Promise<string> {
	const {stack, versions, commands} = await detect(sources, wishes);
	const tools = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
	return [stack, ...tools, ...Object.entries(commands).map(([name, command]) => `${name}: ${command}`)].join(' | ');
}
