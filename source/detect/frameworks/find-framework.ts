import {readConfig} from '../config-text.ts';
import {dependsOn, type NodePackage} from '../package-json.ts';
import type {SourceFiles} from '../source-files.ts';
import {readAngular} from './angular.ts';
import {readDesktop, readNativeApp} from './apps.ts';
import {readAstro} from './astro.ts';
import {type App, builtBy, type Framework, type FrameworkReader} from './framework.ts';
import {readGenerators, readSideGenerators} from './generators.ts';
import {readNext} from './next.ts';
import {readNitro, readNuxt, readStartFrameworks} from './nitro.ts';
import {readQwik} from './qwik.ts';
import {readReactRouter} from './react-router.ts';
import {readServers, readWorkers} from './servers.ts';
import {readSvelteKit} from './svelte-kit.ts';
import {readVike, readVite} from './vite.ts';

/** What contains another framework comes before it: most are built by Vite. */
const readers: readonly (readonly [read: FrameworkReader, tool?: string])[] = [
	[readDesktop],
	[readNativeApp, 'expo export --platform web'],
	[readSvelteKit, 'vite build'],
	[readNuxt, 'nuxt build'],
	[readNext, 'next build'],
	[readAstro, 'astro build'],
	[readReactRouter],
	[readStartFrameworks, 'vite build'],
	[readQwik, 'qwik build'],
	[readAngular, 'ng build'],
	[readServers],
	[readNitro, 'nitro build'],
	[readGenerators],
	[readVike, 'vite build'],
	[readVite, 'vite build'],
	[readWorkers],
];

const appOf = (files: SourceFiles, manifest: NodePackage): App => ({
	files,
	manifest,
	has: name => dependsOn(manifest, name),
	build: manifest.scripts['build'] ?? '',
	config: name => readConfig(files, name),
});

/** The framework of a package, by its dependencies and configuration; undefined if none is known. */
export async function findFramework(files: SourceFiles, manifest: NodePackage): Promise<Framework | undefined> {
	const app = appOf(files, manifest);
	for (const [read, tool] of readers) {
		const found = await read(app);
		if (found) return tool === undefined ? found : builtBy(found, tool);
	}
	return undefined;
}

/** A generator of documentation or the like, for a package without anything else to run. */
export const findSideFramework = (files: SourceFiles, manifest: NodePackage): Promise<Framework | undefined> =>
	readSideGenerators(appOf(files, manifest));
