import {literalOption, readOption, safeFolder} from '../config-text.ts';
import {type App, computed, type FrameworkReader, nothing, server, setKind, site} from './framework.ts';

/** Pages that are searched for one that is rendered on demand; more would make a plan slow. */
const pageLimit = 500;

/** Whether a page or component asks for a server: `prerender = false` or a server island. */
async function hasDynamicPage({files}: App): Promise<boolean> {
	const pages = files.paths.filter(path => /^src\/.*\.(?:astro|md|mdx|[cm]?[jt]sx?)$/.test(path)).slice(0, pageLimit);
	for (const page of pages)
		if (/\bprerender\s*=\s*false\b|\bserver:defer\b/.test((await files.read(page)) ?? '')) return true;
	return false;
}

const otherHosts = ['vercel', 'netlify', 'cloudflare', 'deno'].map(name => `@astrojs/${name}`);

/** Astro: files, unless its output or one of its pages needs a server and an adapter makes one. */
export const readAstro: FrameworkReader = async app => {
	const found = await app.config('astro.config');
	if (!found && !app.has('astro')) return undefined;
	// A package of components has Astro as a development dependency, and no build.
	if (!found && !/\bastro build\b/.test(app.build)) return undefined;
	const {path, text} = found ?? {path: 'astro.config', text: ''};
	const output = readOption(text, 'output');
	const folder = safeFolder(literalOption(text, 'outDir')) ?? 'dist';
	const needsServer = output?.type === 'literal' ? output.value !== 'static' : output?.type === 'computed';
	const imported = (name: string) => text.includes(`"${name}"`) || text.includes(`'${name}'`);
	const dynamic = needsServer || (text.includes('adapter') && (await hasDynamicPage(app)));
	const doubt = output?.type === 'computed' ? {doubt: `${computed(path, 'output', 'a server')}: ${setKind}`} : {};
	if (!dynamic) return {name: 'Astro', made: site(folder)};
	const name = 'Astro with a server';
	if (imported('@astrojs/node')) {
		if (literalOption(text, 'mode') === 'middleware') return {name, made: server(), ...doubt};
		return {name, made: server(`HOST=0.0.0.0 node ./${folder}/server/entry.mjs`), ...doubt};
	}
	const host = otherHosts.find(imported);
	if (host) return {name, made: nothing(`${path} uses ${host}, which builds for another host. Use @astrojs/node.`)};
	if (/\badapter\s*:/.test(text)) return {name, made: server(), ...doubt};
	return {name, made: nothing(`${path} asks for a server and names no adapter. Use @astrojs/node.`)};
};
