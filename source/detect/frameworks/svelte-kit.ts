import {literalOption, readOption, safeFolder} from '../config-text.ts';
import {type Framework, type FrameworkReader, nothing, server, setKind, site} from './framework.ts';

const kit = 'SvelteKit';
const choices = 'Use @sveltejs/adapter-node for a server, or @sveltejs/adapter-static for files.';

function withAdapter(adapter: string, path: string, text: string): Framework {
	const short = adapter.replace(/^@sveltejs\//, '');
	const name = `${kit} with ${short}`;
	switch (short) {
		case 'adapter-node': {
			const out = readOption(text, 'out');
			const folder = (out?.type === 'literal' && safeFolder(out.value)) || 'build';
			const doubt =
				out?.type === 'computed' && `the folder build, because ${path} computes out: set run.command to change it`;
			return {name, made: server(`node ${folder}`), ...(doubt && {doubt})};
		}
		case 'adapter-static':
			return {name, made: site(safeFolder(literalOption(text, 'pages')) ?? 'build')};
		case 'svelte-adapter-bun':
			return {name, made: server('bun build/index.js')};
		case 'adapter-auto':
			return {name, made: nothing(`${path} uses adapter-auto, which makes no server here. ${choices}`)};
		default:
			return {name, made: nothing(`${path} uses ${adapter}, which builds for another host. ${choices}`)};
	}
}

/** SvelteKit: what its adapter makes. */
export const readSvelteKit: FrameworkReader = async ({has, config}) => {
	if (!has('@sveltejs/kit')) return undefined;
	const found = (await config('svelte.config')) ?? (await config('vite.config'));
	if (!found) return {name: kit, made: nothing(`It has no svelte.config.js that names an adapter. ${choices}`)};
	const {path, text} = found;
	const imported = text.matchAll(/["']((?:@[\w-]+\/)?(?:[\w-]*-)?adapter-[\w-]+)["']/g);
	const [adapter, ...others] = [...new Set([...imported].map(([, name]) => name!))];
	if (adapter === undefined) return {name: kit, made: nothing(`${path} names no adapter. ${choices}`)};
	const first = withAdapter(adapter, path, text);
	if (others.length === 0) return first;
	const all = [first, ...others.map(each => withAdapter(each, path, text))];
	const chosen = all.find(({made}) => made.type === 'server') ?? all.find(({made}) => made.type === 'site') ?? first;
	return {...chosen, doubt: `${chosen.name}, one of several adapters in ${path}: ${setKind}`};
};
