import {blockOf, literalOption, readOption, safeFolder} from '../config-text.ts';
import {type App, builtBy, computed, type Framework, type FrameworkReader, server, setKind, site} from './framework.ts';

/** Files if `ssr` is false, else a server, which the package's `serve` program runs. */
function withSsr(name: string, path: string, text: string, app: App, program: string): Framework {
	const folder = safeFolder(literalOption(text, 'buildDirectory')) ?? 'build';
	const ssr = readOption(text, 'ssr');
	if (ssr?.type === 'literal' && ssr.value === 'false')
		return {name: `${name} with ssr: false`, made: site(`${folder}/client`)};
	const hasProgram = app.has(
		program.replace('react-router-serve', '@react-router/serve').replace('remix-serve', '@remix-run/serve'),
	);
	const made = server(hasProgram ? `${program} ./${folder}/server/index.js` : undefined);
	const doubt = ssr?.type === 'computed' && `${computed(path, 'ssr', 'a server')}: ${setKind}`;
	return {name, made, ...(doubt && {doubt})};
}

/** React Router as a framework, and Remix: a server unless `ssr` is false. */
export const readReactRouter: FrameworkReader = async app => {
	const found = await app.config('react-router.config');
	if (found || app.has('@react-router/dev') || /\breact-router build\b/.test(app.build)) {
		const {path, text} = found ?? {path: 'react-router.config', text: ''};
		return builtBy(withSsr('React Router', path, text, app, 'react-router-serve'), 'react-router build');
	}
	if (!app.has('@remix-run/dev')) return undefined;
	const vite = await app.config('vite.config');
	if (vite) {
		const options = blockOf(vite.text, 'remix') || blockOf(vite.text, 'vitePlugin');
		return builtBy(withSsr('Remix', vite.path, options, app, 'remix-serve'), 'remix vite:build');
	}
	const made = server(app.has('@remix-run/serve') ? 'remix-serve ./build/index.js' : undefined);
	return builtBy({name: 'Remix', made}, 'remix build');
};
