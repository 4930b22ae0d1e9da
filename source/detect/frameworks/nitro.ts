import {blockOf, importsPackage, readOption} from '../config-text.ts';
import {type App, computed, type Framework, type FrameworkReader, nothing, server, setKind, site} from './framework.ts';

const nodePresets = ['node', 'node-server', 'node_server', 'node-cluster', 'node_cluster'];
const filePresets = ['static', 'github-pages', 'github_pages', 'gitlab-pages', 'gitlab_pages'];

/** What Nitro makes, the server builder of several frameworks: by its preset, a server for Node unless it says otherwise. */
function withPreset(name: string, path: string, text: string): Framework {
	const preset = readOption(text, 'preset');
	const made = server('node .output/server/index.mjs');
	if (preset === undefined) return {name, made};
	if (preset.type === 'computed')
		return {name, made, doubt: `${computed(path, 'its preset', 'a server for Node')}: ${setKind}`};
	const {value} = preset;
	if (nodePresets.includes(value)) return {name, made};
	if (filePresets.includes(value)) return {name: `${name} with preset ${value}`, made: site('.output/public')};
	if (value === 'bun') return {name: `${name} with preset bun`, made: server('bun .output/server/index.mjs')};
	const problem = `${path} sets the preset "${value}", which builds for another host. Set it to node-server, or to static for files.`;
	return {name: `${name} with preset ${value}`, made: nothing(problem)};
}

/** Nuxt: a server unless its preset or `nuxt generate` says files. */
export const readNuxt: FrameworkReader = async ({has, config, build, manifest}) => {
	if (!has('nuxt') && !has('nuxt3')) return undefined;
	const {path, text} = (await config('nuxt.config')) ?? {path: 'nuxt.config', text: ''};
	const isGenerated = /\bnux[ti3]+ generate\b/.test(build);
	if (/^\D*2\b/.test(manifest.dependencies['nuxt'] ?? manifest.devDependencies['nuxt'] ?? '')) {
		const made = isGenerated ? site('dist') : server('nuxt start');
		return {name: 'Nuxt 2', made};
	}
	if (isGenerated) return {name: 'Nuxt with nuxt generate', made: site('.output/public')};
	const script = build === '' && manifest.scripts['generate'] !== undefined ? 'generate' : undefined;
	if (script) return {name: 'Nuxt with nuxt generate', made: site('.output/public'), build: {script}};
	return withPreset('Nuxt', path, blockOf(text, 'nitro'));
};

const otherHosts = ['@cloudflare/vite-plugin', '@netlify/vite-plugin-tanstack-start', '@netlify/vite-plugin'];
const nitroPlugins = ['nitro', 'nitropack', '@tanstack/nitro-v2-vite-plugin', '@tanstack/nitro-v2-plugin'];

async function readStart(app: App, name: string): Promise<Framework> {
	const old = await app.config('app.config');
	// Versions before 1.121 and SolidStart 1 are built by Vinxi, which contains Nitro.
	if (old && (app.has('vinxi') || importsPackage(old.text, '@tanstack/react-start/config')))
		return withPreset(name, old.path, blockOf(old.text, 'server'));
	const {path, text} = (await app.config('vite.config')) ?? {path: 'vite.config', text: ''};
	const spa = blockOf(text, 'spa');
	const isSpa = spa !== '' && readOption(spa, 'enabled');
	if (isSpa && isSpa.type === 'literal' && isSpa.value === 'true')
		return {name: `${name} in SPA mode`, made: site('dist/client')};
	const host = otherHosts.find(each => importsPackage(text, each));
	if (host) return {name, made: nothing(`${path} uses ${host}, which builds for another host. Use the Nitro plugin.`)};
	const target = blockOf(text, 'tanstackStart');
	const hasNitro = nitroPlugins.some(each => app.has(each) || importsPackage(text, each));
	if (hasNitro) return withPreset(`${name} with Nitro`, path, blockOf(text, 'nitro') || blockOf(text, 'nitroV2Plugin'));
	if (readOption(target, 'target') !== undefined)
		return withPreset(name, path, target.replace(/\btarget\b/g, 'preset'));
	// Before it left Nitro to a plugin, it had it built in.
	const version = /(\d+)\.(\d+)/.exec(app.manifest.dependencies['@tanstack/react-start'] ?? '');
	if (version && Number(version[1]) === 1 && Number(version[2]) < 132) return withPreset(name, path, target);
	const problem = `${path} has no plugin that makes a server. Add nitro() of the package nitro, or name your server in run.command.`;
	return {name, made: nothing(problem)};
}

/** TanStack Start and SolidStart: a server, or files in SPA mode or with a preset for files. */
export const readStartFrameworks: FrameworkReader = async app => {
	if (app.has('@tanstack/react-start') || app.has('@tanstack/solid-start') || app.has('@tanstack/start'))
		return readStart(app, 'TanStack Start');
	if (!app.has('@solidjs/start')) return undefined;
	return readStart(app, 'SolidStart');
};

/** Nitro without another framework. */
export const readNitro: FrameworkReader = async ({config, has}) => {
	const found = await config('nitro.config');
	if (!found || !(has('nitro') || has('nitropack'))) return undefined;
	return withPreset('Nitro', found.path, found.text);
};
