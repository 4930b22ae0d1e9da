import {literalOption} from '../config-text.ts';
import {parseRelaxed} from '../relaxed-json.ts';
import {type App, type FrameworkReader, nothing, site} from './framework.ts';

const window =
	'opens a window, which a container does not have. Publish its front end as a static service, if it has one.';

const extensions = ['wxt', 'plasmo', '@crxjs/vite-plugin', 'vite-plugin-web-extension', 'extension'];

/** Programs for a desktop, an editor or a browser, which nothing can visit. */
export const readDesktop: FrameworkReader = async ({has, files, manifest}) => {
	if (['electron', 'electron-vite', 'electron-builder', '@electron-forge/cli'].some(has))
		return {name: 'Electron', made: nothing(`Electron ${window}`)};
	if (has('@tauri-apps/cli') || files.hasFolder('src-tauri')) return {name: 'Tauri', made: nothing(`Tauri ${window}`)};
	if (manifest.engines['vscode'] !== undefined)
		return {
			name: 'VS Code extension',
			made: nothing('An extension of VS Code runs in the editor, not in a container.'),
		};
	if (extensions.some(has))
		return {
			name: 'browser extension',
			made: nothing('A browser extension is installed in a browser and has no server.'),
		};
	return undefined;
};

/** `web.output` of an Expo configuration, as far as it says it. */
async function expoOutput({files, config}: App): Promise<{readonly path: string; readonly output: string | undefined}> {
	const program = await config('app.config');
	if (program) return {path: program.path, output: literalOption(program.text, 'output')};
	try {
		const parsed = parseRelaxed((await files.read('app.json')) ?? '{}') as {expo?: {web?: {output?: unknown}}};
		const output = parsed.expo?.web?.output;
		return {path: 'app.json', output: typeof output === 'string' ? output : undefined};
	} catch {
		return {path: 'app.json', output: undefined};
	}
}

/** Expo and React Native: only what Expo exports for the web can be served. */
export const readNativeApp: FrameworkReader = async app => {
	const isNative = app.has('react-native');
	if (!app.has('expo') || !(isNative || app.has('expo-router'))) {
		if (!isNative || app.has('react-native-web')) return undefined;
		return {name: 'React Native', made: nothing('React Native builds for phones. Nothing of it can be served.')};
	}
	const {path, output} = await expoOutput(app);
	if (!app.has('react-native-web')) {
		const problem =
			'This Expo app builds for phones only. To serve it, add the web: npx expo install react-dom react-native-web.';
		return {name: 'Expo', made: nothing(problem)};
	}
	if (output === 'server') {
		const problem = `${path} sets web.output to server, whose files need a server of your own: name it in run.command, or set static.`;
		return {name: 'Expo with output: server', made: nothing(problem)};
	}
	const folder = /\s--output-dir[ =]["']?([\w./-]+)/.exec(app.build)?.[1] ?? 'dist';
	return {name: 'Expo for the web', made: site(folder)};
};
