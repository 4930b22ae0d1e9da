import {dependsOn, type NodePackage} from './package-json.ts';
import type {SourceFiles} from './source-files.ts';

/** Start scripts that only run a development server, so the source may still be a static site. */
const developmentServers = new Set(['ng serve', 'react-scripts start', 'next start']);

const find = (files: SourceFiles, name: string): string | undefined =>
	['js', 'ts', 'mjs', 'mts', 'cjs', 'cts'].map(end => `${name}.${end}`).find(path => files.has(path));

const firstGroup = (text: string, pattern: RegExp): string | undefined => pattern.exec(text)?.[1];

/** Returns a build's output folder if it is inside the source, else undefined. */
const safeFolder = (folder: string | undefined): string | undefined => {
	const clean = folder?.replace(/^\.\//, '').replace(/\/+$/, '');
	return clean && /^[\w][\w./-]*$/.test(clean) && !clean.split('/').includes('..') ? clean : undefined;
};

async function angularFolder(files: SourceFiles): Promise<string | undefined> {
	const text = (await files.read('angular.json')) ?? '';
	const output = firstGroup(text, /"outputPath"\s*:\s*"([^"]+)"/);
	const hasBrowserFolder = /"builder"\s*:\s*"@angular[^"]*:application"/.test(text);
	return output === undefined || !hasBrowserFolder ? output : `${output}/browser`;
}

/**
 * The output folder of a front end that is served as files: Vite, Astro, Create React App, Angular, React Router or an
 * exported Next app, without its own start script (Railpack, "Static Sites"). Undefined for other sources.
 */
export async function findSiteFolder(files: SourceFiles, manifest: NodePackage): Promise<string | undefined> {
	const {start, build = ''} = manifest.scripts;
	if (start !== undefined && !developmentServers.has(start.trim())) return undefined;
	const config = async (name: string) => {
		const path = find(files, name);
		return path === undefined ? undefined : ((await files.read(path)) ?? '');
	};

	const reactRouter = await config('react-router.config');
	if (reactRouter !== undefined || build.includes('react-router build')) {
		return /\bssr\s*:\s*false\b/.test(reactRouter ?? '') ? 'build/client' : undefined;
	}
	const astro = await config('astro.config');
	if (astro !== undefined) {
		if (/\boutput\s*:\s*["']server["']/.test(astro)) return undefined;
		return safeFolder(firstGroup(astro, /\boutDir\s*:\s*["']([^"']+)["']/)) ?? 'dist';
	}
	const next = await config('next.config');
	if (next !== undefined || dependsOn(manifest, 'next')) {
		return /\boutput\s*:\s*["']export["']/.test(next ?? '') ? 'out' : undefined;
	}
	if (dependsOn(manifest, 'react-scripts') && build.includes('react-scripts build')) return 'build';
	if (files.has('angular.json')) return safeFolder(await angularFolder(files));
	const vite = await config('vite.config');
	const isViteSite = vite !== undefined || /\bvite build\b/.test(build);
	// These have their own server and use Vite only to build it.
	const servers = ['nuxt', '@sveltejs/kit', '@tanstack/react-start', '@solidjs/start', '@remix-run/dev'];
	if (!isViteSite || servers.some(name => dependsOn(manifest, name))) return undefined;
	const flag = firstGroup(build, /--outDir[ =]["']?([^\s"']+)/);
	return safeFolder(flag ?? firstGroup(vite ?? '', /\boutDir\s*:\s*["']([^"']+)["']/)) ?? 'dist';
}
