import {blockOf, literalOption, readOption, safeFolder} from '../config-text.ts';
import {computed, type FrameworkReader, nothing, server, setKind, site} from './framework.ts';

/** Plugins that make Vite build the scripts and styles of a program in another language. */
const assetPlugins: Readonly<Record<string, string>> = {
	'laravel-vite-plugin': 'Laravel',
	'vite-plugin-symfony': 'Symfony',
	'vite-plugin-ruby': 'Ruby on Rails',
	'vite-plugin-rails': 'Ruby on Rails',
	'vite-plugin-django': 'Django',
	'@adonisjs/vite': 'Adonis',
};

/** Vike, which renders on a server of the package unless it prerenders all pages. */
export const readVike: FrameworkReader = async ({has, config, files}) => {
	if (!has('vike') && !has('vite-plugin-ssr')) return undefined;
	const vite = (await config('vite.config'))?.text ?? '';
	const own = files.paths.filter(path => /(?:^|\/)\+config\.[cm]?[jt]s$/.test(path));
	const texts = [vite, ...(await Promise.all(own.map(async path => (await files.read(path)) ?? '')))];
	const isFiles = texts.some(text => literalOption(text, 'prerender') === 'true');
	return isFiles ? {name: 'Vike with prerender', made: site('dist/client')} : {name: 'Vike', made: server()};
};

/** Vite without a framework that has a server: files. */
export const readVite: FrameworkReader = async ({has, config, build, files}) => {
	const found = await config('vite.config');
	if (!found && !/\bvite build\b/.test(build)) return undefined;
	// Vitest reads the same file, in packages that Vite does not build.
	if (build === '' && !files.paths.some(path => /^(?:[\w-]+\/)?index\.html$/.test(path))) return undefined;
	const assets = Object.keys(assetPlugins).find(has);
	if (assets) {
		const owner = assetPlugins[assets]!;
		return {
			name: `Vite for ${owner}`,
			made: nothing(`It builds the assets of ${owner} (${assets}), and is no site.`),
		};
	}
	const {path, text} = found ?? {path: 'vite.config', text: ''};
	const options = blockOf(text, 'build');
	if (/\blib\s*:\s*\{/.test(options) && !/--outDir/.test(build))
		return {name: 'Vite', made: nothing(`${path} builds a library (build.lib), which has nothing to serve.`)};
	const root = readOption(text.replace(options, ''), 'root');
	const base = root?.type === 'literal' ? (safeFolder(root.value) ?? '') : '';
	const flag = /--outDir[ =]["']?([^\s"']+)/.exec(build)?.[1];
	const outDir = flag === undefined ? readOption(text, 'outDir') : ({type: 'literal', value: flag} as const);
	const folder = outDir?.type === 'literal' ? safeFolder(outDir.value, base) : undefined;
	const unknown = [root?.type === 'computed' && 'root', outDir?.type === 'computed' && 'build.outDir'].filter(Boolean);
	const taken = folder ?? safeFolder('dist', base) ?? 'dist';
	const made = site(taken);
	if (unknown.length === 0) return {name: 'Vite', made};
	return {
		name: 'Vite',
		made,
		doubt: `${computed(path, unknown.join(' and '), `the folder ${taken}`)}: ${setKind}`,
	};
};
