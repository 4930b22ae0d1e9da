import {blockOf, literalOption, safeFolder} from '../config-text.ts';
import {type App, type BuildStep, type Framework, type FrameworkReader, site} from './framework.ts';

/** A generator that always makes files. */
type Generator = {
	readonly name: string;
	readonly packages: readonly string[];
	/** What its build command looks like. */
	readonly command: RegExp;
	/** Folder that it fills unless an option says otherwise. */
	readonly folder: string;
	/** Flag of the build command that names the folder. */
	readonly flag?: RegExp;
	/** Configuration and option that name it. */
	readonly option?: readonly [config: string, name: string];
	/** Whether the folder is inside the one that the command is given, as in `vitepress build docs`. */
	readonly isInside?: boolean;
};

/** The site is what the package is for. */
const main: readonly Generator[] = [
	{name: 'Gatsby', packages: ['gatsby'], command: /\bgatsby build\b/, folder: 'public'},
	{
		name: 'Create React App',
		packages: ['react-scripts'],
		command: /\b(?:react-scripts|craco|react-app-rewired) build\b/,
		folder: 'build',
	},
	{
		name: 'Vue CLI',
		packages: ['@vue/cli-service'],
		command: /\bvue-cli-service build\b/,
		folder: 'dist',
		flag: /--dest[ =]/,
		option: ['vue.config', 'outputDir'],
	},
	{
		name: 'Ember',
		packages: ['ember-cli'],
		command: /\bember b(?:uild)?\b/,
		folder: 'dist',
		flag: /(?:--output-path|-o)[ =]/,
	},
	{
		name: 'Docusaurus',
		packages: ['@docusaurus/core', 'docusaurus'],
		command: /\bdocusaurus build\b|\bdocusaurus-build\b/,
		folder: 'build',
		flag: /--out-dir[ =]/,
	},
	{name: 'Hexo', packages: ['hexo'], command: /\bhexo g(?:enerate)?\b/, folder: 'public'},
	{name: 'Gridsome', packages: ['gridsome'], command: /\bgridsome build\b/, folder: 'dist'},
	{name: 'Preact CLI', packages: ['preact-cli'], command: /\bpreact build\b/, folder: 'build', flag: /--dest[ =]/},
	{name: 'Umi', packages: ['umi', '@umijs/max'], command: /\b(?:umi|max) build\b/, folder: 'dist'},
	{name: 'Rsbuild', packages: ['@rsbuild/core'], command: /\brsbuild build\b/, folder: 'dist'},
	{name: 'Sanity Studio', packages: ['sanity'], command: /\bsanity build\b/, folder: 'dist'},
	{
		name: 'Quasar',
		packages: ['@quasar/app-vite', '@quasar/app-webpack'],
		command: /\bquasar build(?!.*\bssr\b)/,
		folder: 'dist/spa',
	},
	{name: 'Stencil', packages: ['@stencil/core'], command: /\bstencil build\b/, folder: 'www'},
];

/** Often only the documentation or the tests of something else, so other starts come first. */
const beside: readonly Generator[] = [
	{
		name: 'Eleventy',
		packages: ['@11ty/eleventy'],
		command: /\b(?:eleventy|@11ty\/eleventy)\b(?!.*--serve)/,
		folder: '_site',
		flag: /--output[ =]/,
		option: ['eleventy.config', 'output'],
	},
	{
		name: 'Parcel',
		packages: ['parcel', 'parcel-bundler'],
		command: /\bparcel build\b/,
		folder: 'dist',
		flag: /--(?:dist|out)-dir[ =]/,
	},
	{
		name: 'VitePress',
		packages: ['vitepress'],
		command: /\bvitepress build\b/,
		folder: '.vitepress/dist',
		flag: /--outDir[ =]/,
		isInside: true,
	},
	{
		name: 'VuePress',
		packages: ['vuepress'],
		command: /\bvuepress build\b/,
		folder: '.vuepress/dist',
		flag: /(?:--dest|-d)[ =]/,
		isInside: true,
	},
	{name: 'Slidev', packages: ['@slidev/cli'], command: /\bslidev build\b/, folder: 'dist', flag: /--out[ =]/},
	{
		name: 'Storybook',
		packages: ['storybook', '@storybook/cli'],
		command: /\b(?:storybook build|build-storybook)\b/,
		folder: 'storybook-static',
		flag: /(?:--output-dir|-o)[ =]/,
	},
];

/** What is looked at of a script. */
const shown = (script: string): string => script.slice(0, 1000);

/** The script that runs a generator: `build`, else the first of another name. */
function stepOf(
	{manifest, build}: App,
	{command}: Generator,
): {readonly text: string; readonly step?: BuildStep} | undefined {
	if (command.test(shown(build))) return {text: shown(build)};
	const script = Object.keys(manifest.scripts).find(name => command.test(shown(manifest.scripts[name]!)));
	return script === undefined ? undefined : {text: shown(manifest.scripts[script]!), step: {script}};
}

async function folderOf(app: App, {folder, flag, option, command, isInside}: Generator, text: string): Promise<string> {
	const value = flag && new RegExp(`${flag.source}["']?([\\w./-]+)`).exec(text)?.[1];
	const given = isInside ? (new RegExp(`(?:${command.source})\\s+([\\w./-]+)`).exec(text)?.[1] ?? '') : '';
	const config = option && (await app.config(option[0]));
	const configured =
		config && literalOption(option[1] === 'output' ? blockOf(config.text, 'dir') : config.text, option[1]);
	return safeFolder(value) ?? safeFolder(configured) ?? safeFolder(folder, given) ?? folder;
}

async function read(app: App, generators: readonly Generator[]): Promise<Framework | undefined> {
	for (const generator of generators) {
		if (!generator.packages.some(app.has)) continue;
		const found = stepOf(app, generator);
		if (!found) continue;
		const made = site(await folderOf(app, generator, found.text));
		return {name: generator.name, made, ...(found.step && {build: found.step})};
	}
	return undefined;
}

/** Generators of sites that are what a package is for. */
export const readGenerators: FrameworkReader = app => read(app, main);

/** Generators that a package may have beside its own program. */
export const readSideGenerators: FrameworkReader = app => read(app, beside);
